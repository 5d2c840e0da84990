/** Where a link leads: to a screen, or to a page that says why not. Pure. */

export type Entrance =
  /** To the room of the link, on one of the relays that this page knows. */
  | { readonly kind: "watch"; readonly relayUrl: string }
  /** The link names nothing, and more than one relay can be meant. */
  | { readonly kind: "choose" }
  /** It names a relay that the page does not know. Nothing is dialled. */
  | { readonly kind: "unknown-relay"; readonly name: string }
  /** The browser lacks what the picture needs. */
  | { readonly kind: "unsupported"; readonly missing: string };

export function entranceOf(
  link: {
    readonly relay: { readonly url: string } | undefined;
    readonly relayName: string | undefined;
    readonly bare: boolean;
  },
  page: { readonly relayCount: number; readonly missing: string | undefined },
): Entrance {
  const { relay, relayName = "", bare } = link;
  const { relayCount, missing } = page;
  if (missing !== undefined) return { kind: "unsupported", missing };
  if (!relay) return { kind: "unknown-relay", name: relayName };
  if (bare && relayCount > 1) return { kind: "choose" };
  return { kind: "watch", relayUrl: relay.url };
}
