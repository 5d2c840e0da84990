/** The one reader of the environment, at build time. What is wrong with it fails the build, in plain words. */
import { parseRelays, type Relays } from "./links/relays.ts";

/** The relays that this page may dial; undefined: its own server alone, as when the relay itself serves it. */
export const BUILT_RELAYS = read(process.env.NEXT_PUBLIC_RELAY_URL);

/** Where the worker's program is on this page's server; set by next.config.ts. */
export const WORKER_URL = process.env.WORKER_URL;

function read(value: string | undefined): Relays | undefined {
  if (!value) {
    // Vercel sets it while it builds; what it serves has no relay beside it. In the browser it is unset.
    if (process.env.VERCEL !== "1") return undefined;
    throw new Error(
      "NEXT_PUBLIC_RELAY_URL is not set, and Vercel serves the page alone: set it to where the relay is, such as wss://relay.example.com",
    );
  }
  try {
    return parseRelays(value);
  } catch (error) {
    throw new Error(
      `NEXT_PUBLIC_RELAY_URL is unusable: ${error instanceof Error ? error.message : error}`,
    );
  }
}
