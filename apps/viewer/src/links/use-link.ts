/** The page's link as React sees it. */
import { useEffect, useState } from "react";
import { loadPart } from "../ui/load-part.ts";
import { type Link, putLink, readLink, unreadLink } from "./link.ts";
import { pageRelays } from "./relays.ts";

/**
 * Undefined in a page rendered ahead of time, until it lives, and while a damaged link is being read. Another object whenever the link
 * was changed, even to the same.
 */
export function useLink(): Link | undefined {
  const [link, setLink] = useState<Link>();
  useEffect(() => {
    const read = () => {
      const now = readLink(window, pageRelays());
      setLink(now.damage === "unread" ? undefined : now);
      if (now.damage === "unread") void repair();
    };
    read();
    window.opening?.begun();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return link;
}

/** Reads the damaged link, and goes where it leads. One that cannot be read, because what reads it did not come, leads nowhere. */
async function repair(): Promise<void> {
  const href = unreadLink(window);
  if (href === undefined) return;
  const { fragment, damage } = await loadPart(() => import("./repair.ts")).then(
    ({ repairLink }) => repairLink(new URL(href)),
    () => ({ fragment: "", damage: "cut-off" }) as const,
  );
  // Another link was opened meanwhile.
  if (unreadLink(window) !== href) return;
  const url = new URL(location.href);
  url.hash = fragment;
  putLink(window, { href: url.href, relays: pageRelays(), damage });
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
