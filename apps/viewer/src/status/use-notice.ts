/** A short word on what was just done, which goes by itself. */
import { useCallback, useEffect, useState } from "react";

const SHOWN_MS = 4000;

export interface Notice {
  readonly words: string;
}

export function useNotice(): {
  readonly notice: Notice | undefined;
  readonly tell: (words: string) => void;
} {
  const [notice, setNotice] = useState<Notice>();
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => setNotice(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  // The same words again are shown for as long again.
  const tell = useCallback((words: string) => setNotice({ words }), []);
  return { notice, tell };
}
