/** The ports of this package on Node.js, and what the programs that publish share there. */

export * from "./encode/choose.ts";
export * from "./encode/jpeg-turbo.ts";
export * from "./identity.ts";
export * from "./log.ts";
export * from "./platform.ts";
export * from "./proxy.ts";
export * from "./server-address.ts";
export * from "./settings.ts";
export * from "./socket.ts";
export * from "./terminal.ts";
export * from "./terminal-links.ts";
export * from "./viewer-link.ts";
