/**
 * Loads parts of the page on demand, and finds out why one cannot be loaded: the connection failed, or the page was updated on its
 * server. Then its parts are gone, and only a reload helps.
 */

/** The message is for the user. */
export class MissingPart extends Error {
  constructor(cause: unknown) {
    super("A part of this page could not be loaded.", { cause });
  }
}

const listeners = new Set<() => void>();
let updated = false;

/** @throws MissingPart, after it is known whether the page was updated */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    if (!updated && (await isBuildGone())) {
      updated = true;
      for (const listener of listeners) listener();
    }
    throw new MissingPart(error);
  }
}

/** Whether a part is missing because the page was updated on its server. */
export function wasUpdated(): boolean {
  return updated;
}

/** @returns a function that ends the subscription */
export function onUpdated(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const ANSWER_TIMEOUT_MS = 5000;

/** Every build has a manifest under a name of its own, which is deleted with it. */
async function isBuildGone(): Promise<boolean> {
  try {
    const manifest = document.querySelector<HTMLScriptElement>('script[src$="_buildManifest.js"]');
    if (!manifest) return false;
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    return (
      (await fetch(manifest.src, { method: "HEAD", cache: "no-store", signal })).status === 404
    );
  } catch {
    // The server cannot be reached.
    return false;
  }
}
