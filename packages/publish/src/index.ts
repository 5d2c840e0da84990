/** How a screen is published, on any platform: sources, encoders, sockets and timers are ports. */

export * from "./compose.ts";
export * from "./core/baseline.ts";
export * from "./core/damage.ts";
export * from "./core/faint.ts";
export * from "./core/first-picture.ts";
export * from "./core/pacer.ts";
export * from "./core/quality.ts";
export * from "./core/stats.ts";
export * from "./pending-update.ts";
export * from "./pipeline.ts";
export * from "./ports.ts";
export * from "./publisher/demand.ts";
export * from "./publisher/publisher.ts";
export * from "./publisher/rate-limit.ts";
export * from "./recording/byte-source.ts";
export * from "./recording/format.ts";
export * from "./recording/recorder.ts";
export * from "./session.ts";
