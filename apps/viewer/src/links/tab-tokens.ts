/** The tokens of this tab: one for each relay and room, for as long as the tab lives. */

export interface KnownToken {
  readonly token: string;
  /** Whether a reload has it, too. */
  readonly stored: boolean;
}

export class TabTokens {
  /** What the browser would not store: it lasts as long as the page does. */
  readonly #unstored = new Map<string, string>();

  /** @param storage called at each use; may throw, as browsers do where storage is blocked */
  constructor(private readonly storage: () => Pick<Storage, "getItem" | "setItem">) {}

  /** The newest that was set for this relay and room. */
  get(relayUrl: string, room: string): KnownToken | undefined {
    const key = keyOf(relayUrl, room);
    const unstored = this.#unstored.get(key);
    if (unstored !== undefined) return { token: unstored, stored: false };
    try {
      const token = this.storage().getItem(key);
      return token === null ? undefined : { token, stored: true };
    } catch {
      return undefined;
    }
  }

  set(relayUrl: string, room: string, token: string): void {
    const key = keyOf(relayUrl, room);
    try {
      this.storage().setItem(key, token);
      this.#unstored.delete(key);
    } catch {
      this.#unstored.set(key, token);
    }
  }
}

/** Two relays may share an origin: the whole address tells them apart. */
function keyOf(relayUrl: string, room: string): string {
  return `screen-share token ${new URL(relayUrl).href} ${room}`;
}

/** This page's, shared by all who read its link. */
export const TAB_TOKENS = new TabTokens(() => window.sessionStorage);
