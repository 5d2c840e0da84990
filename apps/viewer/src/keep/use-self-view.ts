/** Whether this page is on the screen that it shows. */
import { useEffect, useState } from "react";
import type { PictureSource } from "./mirror.ts";

/** @param source undefined while the picture is not live, or there is nothing to say it in */
export function useSelfView(source: PictureSource | undefined): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!source) return;
    const ending = new AbortController();
    const options = { report: setSeen, signal: ending.signal };
    import("./self-view.ts").then(
      ({ watchSelf }) => watchSelf(source, options),
      () => {}, // The picture is worth more than what is said of it.
    );
    return () => {
      ending.abort();
      setSeen(false);
    };
  }, [source]);
  return seen;
}
