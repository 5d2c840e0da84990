/** The page's link, for React. */
import { useEffect, useState } from "react";
import { loadPart } from "../ui/load-part.ts";
import { type Link, putLink, readLink, unreadLink } from "./link.ts";
import { pageRelays } from "./relays.ts";

/** Undefined in the prerendered page, and while a damaged link is being read. A new object after each navigation. */
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

/** Reads a damaged link, and goes where it leads. If the code that reads it cannot be loaded, the link leads nowhere. */
async function repair(): Promise<void> {
  const href = unreadLink(window);
  if (href === undefined) return;
  const { fragment, damage } = await loadPart(() => import("./repair.ts")).then(
    ({ repairLink }) => repairLink(new URL(href)),
    () => ({ fragment: "", damage: "cut-off" }) as const,
  );
  // Another link was opened in the meantime.
  if (unreadLink(window) !== href) return;
  const url = new URL(location.href);
  url.hash = fragment;
  putLink(window, { href: url.href, relays: pageRelays(), damage });
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
