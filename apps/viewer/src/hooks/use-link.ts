/** The page's link as React sees it. */
import { useEffect, useState } from "react";
import { type Link, readLink } from "../player/link.ts";
import { pageRelays } from "../relays.ts";

/** Undefined in a page rendered ahead of time, and until it lives. Another object whenever the link was changed, be it to the same. */
export function useLink(): Link | undefined {
  const [link, setLink] = useState<Link>();
  useEffect(() => {
    const read = () => setLink(readLink(window, pageRelays()));
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return link;
}
