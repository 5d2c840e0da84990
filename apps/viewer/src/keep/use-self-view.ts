/** Whether this page is on the screen that it shows. */
import { useEffect, useState } from "react";
import type { PictureSource } from "./mirror.ts";

/** @param source undefined while the picture is not live, or the page has no place for the warning */
export function useSelfView(source: PictureSource | undefined): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!source) return;
    const ending = new AbortController();
    const options = { report: setSeen, signal: ending.signal };
    import("./self-view.ts").then(
      ({ watchSelf }) => watchSelf(source, options),
      () => {}, // Without this part only the warning is missing.
    );
    return () => {
      ending.abort();
      setSeen(false);
    };
  }, [source]);
  return seen;
}
