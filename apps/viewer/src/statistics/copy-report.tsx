/** The statistics as text to take along: into the clipboard, or to be copied by hand where the browser keeps that closed. */
import { useEffect, useRef, useState } from "react";
import { copyText } from "../keep/clipboard.ts";
import type { Statistics } from "../player/meter/statistics.ts";
import { reportOf } from "./core/report.ts";
import styles from "./statistics-panel.module.css";

const THANKS_MS = 3000;

/** @param props.sentence what keeps the picture from being faster */
export function CopyReport(props: {
  readonly statistics: Statistics;
  readonly sentence: string;
  readonly version: string;
}) {
  const { statistics, sentence, version } = props;
  const [copied, setCopied] = useState(false);
  const [byHand, setByHand] = useState<string>();
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (byHand === undefined) return;
    text.current?.focus();
    text.current?.select();
  }, [byHand]);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), THANKS_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const report = reportOf(statistics, sentence, {
      version,
      userAgent: navigator.userAgent,
      window: { width: innerWidth, height: innerHeight },
      devicePixelRatio,
      at: new Date().toISOString(),
    });
    const copied = await copyText(report);
    setCopied(copied);
    setByHand(copied ? undefined : report);
  };
  return (
    <>
      <span role="status">{copied && "Copied."}</span>
      <button type="button" className={styles.copy} onClick={() => void copy()}>
        Copy as text
      </button>
      {byHand !== undefined && (
        <label className={styles.text}>
          This browser does not let the page copy. Here is the text:
          <textarea ref={text} readOnly rows={6} value={byHand} />
        </label>
      )}
    </>
  );
}
