/** Waits for conditions that no event reports, by checking them again and again. */
const INTERVAL_MS = 50;
/** Many times what anything takes here, and less than a test's own limit. */
const LIMIT_MS = 30_000;

/** Asks until the answer is accepted or time is up. @returns the last answer, accepted or not, for a test to assert on */
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

/** Waits for a promise. @param what names it in the error @throws Error if it takes longer; the promise itself continues */
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

/** Waits until a server answers a request with success. */
export async function untilUp(url: string): Promise<void> {
  const isUp = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually(isUp, (is) => is);
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
