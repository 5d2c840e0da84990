/** Parts of the page that are loaded once they are to be shown, or a little before. */
import {
  type ComponentType,
  createElement,
  type FunctionComponent,
  useEffect,
  useState,
} from "react";
import { loadPart } from "./load-part.ts";

/** A part that did not come, as while the server is away, is asked for again after so long. */
const AGAIN_MS = 4000;

export interface LoadedLater<Props> {
  /** The part; nothing until it has come. */
  readonly Part: FunctionComponent<
    Props & {
      /** It did not come, this time. It is tried again for as long as this stands on the page. */
      readonly onMissing: () => void;
    }
  >;
  /** Loads it now, for later. Never throws; what does not come is loaded when it is to be shown. */
  readonly ahead: () => void;
}

/** Unlike React's `lazy` it does not keep a failure for good: the page may be open for days, and its server away for a moment of them. */
export function loadLater<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LoadedLater<Props> {
  let kept: ComponentType<Props> | undefined;
  const keep = async () => {
    kept ??= await loadPart(load);
    return kept;
  };
  return {
    ahead: () => void keep().catch(() => {}),
    Part(props) {
      const loaded = useLoaded(kept, keep, props.onMissing);
      return loaded ? createElement(loaded, props) : null;
    },
  };
}

function useLoaded<Part extends object>(
  kept: Part | undefined,
  keep: () => Promise<Part>,
  onMissing: () => void,
): Part | undefined {
  const [loaded, setLoaded] = useState(() => kept);
  useEffect(() => {
    if (loaded) return;
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    const ask = async () => {
      try {
        const part = await keep();
        if (!gone) setLoaded(() => part);
      } catch (error) {
        console.error(error);
        if (gone) return;
        onMissing();
        timer = setTimeout(() => void ask(), AGAIN_MS);
      }
    };
    void ask();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [loaded, keep, onMissing]);
  return loaded;
}
