/** State that is shown for a moment. */
import { useCallback, useEffect, useState } from "react";

/** @returns a value that becomes undefined after `ms`, and a function that sets it. Setting it again restarts the time. */
export function useBriefly<T>(ms: number): readonly [T | undefined, (value: T) => void] {
  const [shown, setShown] = useState<{ readonly value: T }>();
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(undefined), ms);
    return () => clearTimeout(timer);
  }, [shown, ms]);
  const show = useCallback((value: T) => setShown({ value }), []);
  return [shown?.value, show];
}
