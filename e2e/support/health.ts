/** How long the relay takes to answer, from outside: its event loop's longest stall, and whatever the machine adds. */
import { ask, bodyOf } from "./soak/readers.ts";
import { eventually } from "./wait.ts";

/** Longer than any test. */
const MAX_WATCH_MS = 600_000;

/** Asks for the relay's health again and again. @returns what ends it, and tells how long the slowest answer took, ms */
export function watchHealth(port: number): () => Promise<number> {
  let over = false;
  let slowestMs = 0;
  const asking = eventually(
    async () => {
      const askedAt = performance.now();
      const answer = await ask(port, "/healthz");
      if (answer) await bodyOf(answer);
      slowestMs = Math.max(slowestMs, performance.now() - askedAt);
      return over;
    },
    (done) => done,
    MAX_WATCH_MS,
  );
  return async () => {
    over = true;
    await asking;
    return slowestMs;
  };
}
