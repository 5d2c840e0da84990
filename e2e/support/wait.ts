/** Waits for the real world, which has no events for what is seen: asks again and again until it holds. */

const INTERVAL_MS = 50;
/** Unless a test says otherwise: many times what anything takes here, and short of a test's own limit. */
const LIMIT_MS = 30_000;

/**
 * Asks until the answer is accepted.
 * @returns the last answer, accepted or not: what a test asserts on
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  timeoutMs = LIMIT_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (accept(answer) || performance.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

/**
 * What a promise resolves to, if it does so in time.
 * @param what is waited for, for the error
 * @throws Error if it takes longer; the promise itself goes on
 */
export async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took over ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
