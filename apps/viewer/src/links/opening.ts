/**
 * What the page's first script (`scripts/opening.js`) leaves for the rest of the page: it runs before anything else is loaded, in syntax
 * that every browser reads.
 */
export interface Opening {
  /** The link as the page was opened with it; the address does not show it any more. Undefined once it was read. */
  link: string | undefined;
  /** The page has begun: nothing is missing that it needs for that. */
  begun(): void;
}

declare global {
  interface Window {
    readonly opening?: Opening;
  }
}
