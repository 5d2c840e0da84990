/**
 * Parts of the page that are loaded later, and what it means if one does not come: the connection, or a page that was updated on its
 * server while it was open here. Then its parts are gone, and only a reload helps.
 */

/** A part did not come. Its message is for people. */
export class MissingPart extends Error {
  constructor(cause: unknown) {
    super("A part of this page could not be loaded.", { cause });
  }
}

const listeners = new Set<() => void>();
let updated = false;

/** @throws MissingPart once it is known whether the page was updated */
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

/** @returns what ends the subscription */
export function onUpdated(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Longer the server is not waited for. */
const ANSWER_WITHIN_MS = 5000;

/** Every build has a manifest under a name of its own, which goes with it. */
async function isBuildGone(): Promise<boolean> {
  try {
    const manifest = document.querySelector<HTMLScriptElement>('script[src$="_buildManifest.js"]');
    if (!manifest) return false;
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return (
      (await fetch(manifest.src, { method: "HEAD", cache: "no-store", signal })).status === 404
    );
  } catch {
    // The server is out of reach.
    return false;
  }
}
