/** The tokens of this tab: one for each relay and room, as long as the tab is open (P-92). */

interface KnownToken {
  readonly token: string;
  /** Whether it survives a reload. */
  readonly stored: boolean;
}

export class TabTokens {
  /** Tokens that the browser did not store. They last as long as the page. */
  readonly #unstored = new Map<string, string>();

  /** @param storage called for each access; may throw, as browsers do if storage is blocked */
  constructor(private readonly storage: () => Pick<Storage, "getItem" | "setItem">) {}

  /** The newest token for this relay and room. */
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

/** Two relays may share an origin, so the whole address counts. */
function keyOf(relayUrl: string, room: string): string {
  return `screen-share token ${new URL(relayUrl).href} ${room}`;
}

export const TAB_TOKENS = new TabTokens(() => window.sessionStorage);
