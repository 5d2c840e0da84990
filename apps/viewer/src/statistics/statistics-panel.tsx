/** The statistics beside the picture, which goes on as ever: a sentence, where the time goes, charts, and every figure. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Statistics } from "../player/meter/statistics.ts";
import { Icon } from "../ui/icon.tsx";
import ui from "../ui/ui.module.css";
import { CopyReport } from "./copy-report.tsx";
import { type Bottleneck, BottleneckWatch } from "./core/bottleneck.ts";
import { bytes, digits, milliseconds } from "./core/figures.ts";
import { sectionsOf } from "./core/rows.ts";
import { LatencyBar } from "./latency-bar.tsx";
import { Sparkline } from "./sparkline.tsx";
import styles from "./statistics-panel.module.css";
import { type StatisticsSource, useStatistics } from "./use-statistics.ts";

/** @param props.takesFocus it was opened by hand: whoever did so goes on here, and is brought back on closing */
export function StatisticsPanel(props: {
  readonly player: StatisticsSource | undefined;
  readonly version: string;
  readonly close: () => void;
  readonly takesFocus: boolean;
}) {
  const { player, version, close, takesFocus } = props;
  const statistics = useStatistics(player);
  const bottleneck = useBottleneck(statistics);
  const panel = useRef<HTMLElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    if (takesFocus) panel.current?.focus({ preventScroll: true });
    return () => {
      // Unless whoever opened it has gone on elsewhere meanwhile.
      const lost = document.activeElement === document.body;
      if (takesFocus && lost && before instanceof HTMLElement)
        before.focus({ preventScroll: true });
    };
  }, [takesFocus]);
  return (
    <section
      ref={panel}
      className={styles.panel}
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
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard (axe: scrollable-region-focusable).
        tabIndex={0}
        aria-label="Figures"
        // Its arrow keys scroll it, and do not move the picture.
        data-keys="scroll"
      >
        <p className={styles.sentence} data-testid="bottleneck">
          {bottleneck?.words ?? "Measuring…"}
        </p>
        {statistics && (
          <>
            <LatencyBar latency={statistics.latency} />
            <Charts statistics={statistics} />
            <Table statistics={statistics} />
          </>
        )}
      </section>
    </section>
  );
}

/** What limits the picture, by the figures of each second. */
function useBottleneck(statistics: Statistics | undefined): Bottleneck | undefined {
  const [watch] = useState(() => new BottleneckWatch());
  const [found, setFound] = useState<Bottleneck>();
  useEffect(() => {
    if (statistics) setFound(watch.next(statistics));
  }, [watch, statistics]);
  return found;
}

function Charts({ statistics }: { readonly statistics: Statistics }): ReactNode {
  const { history } = statistics;
  return (
    <div className={styles.charts}>
      <Sparkline
        name="Latency"
        values={history.map(({ latencyMs }) => latencyMs)}
        floor={50}
        format={milliseconds}
      />
      <Sparkline
        name="Frame rate"
        values={history.map(({ paintedFps }) => paintedFps)}
        floor={10}
        format={(fps) => `${digits(fps)} fps`}
      />
      <Sparkline
        name="Received"
        values={history.map(({ bytesPerSecond }) => bytesPerSecond)}
        floor={10_000}
        format={(count) => `${bytes(count)}/s`}
      />
    </div>
  );
}

function Table({ statistics }: { readonly statistics: Statistics }): ReactNode {
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
