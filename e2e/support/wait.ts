/** Waits for the real world, which has no events for what is seen: asks again and again until it holds. */

const INTERVAL_MS = 50;

/**
 * Asks until the answer is accepted.
 * @returns the last answer, accepted or not: what a test asserts on
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer) || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
