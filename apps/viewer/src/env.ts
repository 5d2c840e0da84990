/** The only file that reads the environment, at build time. */

/** The relays that the page is built for, comma-separated. Undefined if the page's own server is the relay. */
export const RELAY_URLS = process.env.NEXT_PUBLIC_RELAY_URL || undefined;

/** The address of the worker's program on the page's server, set by next.config.ts. */
export const WORKER_URL = process.env.WORKER_URL;

// Vercel sets this while it builds, and the pages that it serves have no relay beside them. The first condition removes the check, and
// with it a polyfill of `process`, from the browser's code.
if (typeof window === "undefined" && RELAY_URLS === undefined && process.env.VERCEL === "1") {
  throw new Error(
    "NEXT_PUBLIC_RELAY_URL is not set, and Vercel serves the page alone: set it to where the relay is, such as wss://relay.example.com",
  );
}
