/** Shows that a recording is running, and for how long, and stops it. */
import { useEffect, useState } from "react";
import ui from "../ui/ui.module.css";
import { elapsedWords } from "./core/recording.ts";
import styles from "./recording-mark.module.css";

const TICK_MS = 250;

/** @param props.since a time on the clock of `performance.now()` */
export function RecordingMark(props: { readonly since: number; readonly stop: () => void }) {
  const { since, stop } = props;
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div className={`${styles.mark} ${ui.glass}`} data-testid="recording">
      <span aria-hidden="true" className={styles.dot} />
      <span>
        Recording <span className={styles.time}>{elapsedWords(now - since)}</span>
      </span>
      <button type="button" className={styles.stop} onClick={stop}>
        Stop<span className={ui.srOnly}> and save the recording</span>
      </button>
    </div>
  );
}
