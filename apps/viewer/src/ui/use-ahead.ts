/** Loads what may be wanted soon, once the picture has had its time: later its server may be away. */
import { useEffect } from "react";

const AFTER_MS = 5000;

/**
 * @param load stays the same, and never throws
 * @param ready the picture is there
 */
export function useAhead(load: () => void, ready: boolean): void {
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(load, AFTER_MS);
    return () => clearTimeout(timer);
  }, [load, ready]);
}
