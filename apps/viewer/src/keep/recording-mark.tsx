/** Says for as long as it is so that the picture is being recorded, for how long, and ends it. */
import { useEffect, useState } from "react";
import { elapsedWords } from "./core/recording.ts";

const TICK_MS = 250;

/** @param props.since on `performance.now()`'s clock */
export function RecordingMark(props: { readonly since: number; readonly stop: () => void }) {
  const { since, stop } = props;
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className="recording" data-testid="recording">
      <span aria-hidden="true" className="recording-dot" />
      <span>
        Recording <span className="tabular-nums">{elapsedWords(now - since)}</span>
      </span>
      <button type="button" className="recording-stop" onClick={stop}>
        Stop<span className="sr-only"> and save the recording</span>
      </button>
    </div>
  );
}
