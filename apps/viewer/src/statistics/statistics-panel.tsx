/** The statistics panel beside the picture: the bottleneck, where the time goes, charts, and all figures. */
import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { copyText } from "../keep/clipboard.ts";
import type { PlayerHandle } from "../player/handle.ts";
import type { Statistics } from "../player/meter/statistics.ts";
import { Icon } from "../ui/icon.tsx";
import ui from "../ui/ui.module.css";
import { useBriefly } from "../ui/use-briefly.ts";
import { Charts, LatencyBar } from "./charts.tsx";
import { type Bottleneck, BottleneckWatch } from "./core/bottleneck.ts";
import { reportOf } from "./core/report.ts";
import { sectionsOf } from "./core/rows.ts";
import styles from "./statistics-panel.module.css";

const CONFIRMED_MS = 3000;

/** A player that measures its statistics while there are subscribers. */
export type StatisticsSource = Pick<PlayerHandle, "subscribeStatistics" | "getStatistics">;

/** @param props.takesFocus it was opened by hand: it takes the focus, and returns it when it is closed */
export function StatisticsPanel(props: {
  readonly player: StatisticsSource | undefined;
  readonly version: string;
  readonly close: () => void;
  readonly takesFocus: boolean;
}) {
  const { player, version, close, takesFocus } = props;
  // Undefined in the first second, and while there is no player.
  const statistics = useSyncExternalStore(
    player?.subscribeStatistics ?? subscribeToNothing,
    player?.getStatistics ?? none,
    none,
  );
  const bottleneck = useBottleneck(statistics);
  const panel = useRef<HTMLElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    if (takesFocus) panel.current?.focus({ preventScroll: true });
    return () => {
      // Unless the focus has moved elsewhere in the meantime.
      const lost = document.activeElement === document.body;
      if (takesFocus && lost && before instanceof HTMLElement)
        before.focus({ preventScroll: true });
    };
  }, [takesFocus]);
  return (
    <section
      ref={panel}
      className={`${styles.panel} ${ui.surface}`}
      aria-labelledby={heading}
      tabIndex={-1}
      data-testid="statistics"
      data-bottleneck={bottleneck?.kind}
    >
      <header className={styles.header}>
        <h2 id={heading}>Statistics</h2>
        {statistics && bottleneck && (
          <CopyReport statistics={statistics} sentence={bottleneck.words} version={version} />
        )}
        <button
          type="button"
          className={styles.close}
          aria-label="Close statistics"
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </header>
      <section
        className={styles.body}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable).
        tabIndex={0}
        aria-label="Figures"
        // Arrow keys scroll it, and do not move the picture.
        data-keys="scroll"
      >
        <p className={styles.sentence} data-testid="bottleneck">
          {bottleneck?.words ?? "Measuring…"}
        </p>
        {statistics && (
          <>
            <LatencyBar latency={statistics.latency} />
            <Charts history={statistics.history} />
            <Table statistics={statistics} />
          </>
        )}
      </section>
    </section>
  );
}

const subscribeToNothing = () => () => {};
const none = () => undefined;

function useBottleneck(statistics: Statistics | undefined): Bottleneck | undefined {
  const [watch] = useState(() => new BottleneckWatch());
  const [found, setFound] = useState<Bottleneck>();
  useEffect(() => {
    if (statistics) setFound(watch.next(statistics));
  }, [watch, statistics]);
  return found;
}

/** Copies the statistics as text, or shows the text if the browser does not allow copying. @param props.sentence the bottleneck */
function CopyReport(props: {
  readonly statistics: Statistics;
  readonly sentence: string;
  readonly version: string;
}) {
  const { statistics, sentence, version } = props;
  const [copied, setCopied] = useBriefly<boolean>(CONFIRMED_MS);
  const [byHand, setByHand] = useState<string>();
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
          <textarea key={byHand} ref={focusText} readOnly rows={6} value={byHand} />
        </label>
      )}
    </>
  );
}

function focusText(field: HTMLTextAreaElement | null): void {
  field?.focus();
  field?.select();
}

function Table({ statistics }: { readonly statistics: Statistics }) {
  return (
    <table className={styles.table}>
      <caption className={ui.srOnly}>Figures of the last five seconds</caption>
      {sectionsOf(statistics).map(([title, rows]) => (
        <tbody key={title}>
          <tr>
            <th scope="rowgroup" colSpan={2}>
              {title}
            </th>
          </tr>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}
