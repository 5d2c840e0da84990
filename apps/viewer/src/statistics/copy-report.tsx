/** Copies the statistics as text, or shows the text if the browser does not allow copying. */
import { useEffect, useRef, useState } from "react";
import { copyText } from "../keep/clipboard.ts";
import type { Statistics } from "../player/meter/statistics.ts";
import { useBriefly } from "../ui/use-briefly.ts";
import { reportOf } from "./core/report.ts";
import styles from "./statistics-panel.module.css";

const CONFIRMED_MS = 3000;

/** @param props.sentence the bottleneck */
export function CopyReport(props: {
  readonly statistics: Statistics;
  readonly sentence: string;
  readonly version: string;
}) {
  const { statistics, sentence, version } = props;
  const [copied, setCopied] = useBriefly<boolean>(CONFIRMED_MS);
  const [byHand, setByHand] = useState<string>();
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (byHand === undefined) return;
    text.current?.focus();
    text.current?.select();
  }, [byHand]);
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
          The browser does not allow the page to copy. Here is the text:
          <textarea ref={text} readOnly rows={6} value={byHand} />
        </label>
      )}
    </>
  );
}
