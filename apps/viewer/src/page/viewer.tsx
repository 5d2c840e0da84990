/** The picture of one relay, with the status, the controls and the statistics. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { PictureSource } from "../keep/mirror.ts";
import { keepLastRoom } from "../links/last-room.ts";
import type { Link, LinkDamage } from "../links/link.ts";
import { ofDamagedLink } from "../player/core/ending.ts";
import type { Snapshot } from "../player/core/snapshot.ts";
import { Statistics, useStatisticsPanel } from "../statistics/statistics.tsx";
import { titleOf } from "../status/core/status.ts";
import { Status } from "../status/status.tsx";
import { loadLater } from "../ui/load-later.ts";
import { onUpdated, wasUpdated } from "../ui/load-part.ts";
import ui from "../ui/ui.module.css";
import { useBriefly } from "../ui/use-briefly.ts";
import { ViewState } from "../view/core/view-state.ts";
import { Screen } from "../view/screen.tsx";
import { useWakeLock } from "../view/use-wake-lock.ts";
import styles from "./page.module.css";
import { usePlayer } from "./use-player.ts";

// Loaded after the page, so that the picture comes first.
const Controls = loadLater(async () => (await import("../controls/controls.tsx")).Controls);

const NOTICE_MS = 4000;

/** @param props.link undefined in the prerendered page; its relay stays the same as long as the component is mounted */
export function Viewer(props: { readonly link: Link | undefined; readonly version: string }) {
  const { link, version } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [view] = useState(() => new ViewState());
  const online = useSyncExternalStore(subscribeToNetwork, isOnline, () => true);
  const { snapshot: played, canvasKey, retry, handle } = usePlayer(canvas, link?.relay?.url);
  const snapshot = explained(played, link?.damage);
  const { room, connection, picture, ageS } = snapshot;
  const hasPicture = picture !== undefined;
  const stale = ageS !== undefined;
  const embedded = link?.options.embedded ?? false;
  const statistics = useStatisticsPanel(!embedded && (link?.options.statistics ?? false));
  const [notice, notify] = useBriefly<string>(NOTICE_MS);
  const isUpdated = useSyncExternalStore(onUpdated, wasUpdated, () => false);
  useEffect(() => {
    if (link?.damage === "repaired") notify("This link was damaged. It has been repaired.");
  }, [link, notify]);
  const onMissing = useCallback(() => notify("The controls could not be loaded yet."), [notify]);
  const live = connection.state === "connected" && hasPicture && !stale;
  const seesItself = useSelfView(live && !embedded ? handle : undefined);
  useWakeLock(live);
  const joined = connection.state === "connected" || connection.state === "waiting";
  const relayName = link?.relay?.name;
  useEffect(() => {
    if (joined && room !== undefined && relayName !== undefined) {
      keepLastRoom({ room, relay: relayName });
    }
  }, [joined, room, relayName]);
  return (
    <>
      <title>{titleOf(snapshot, { online })}</title>
      {/* A new key means a new canvas, see use-player.ts. */}
      <Screen key={canvasKey} {...{ canvas, stage, view, picture, stale }} />
      <Status
        {...{ snapshot, online, embedded, seesItself, retry }}
        tip={`Screen Share ${version}`}
        relay={link?.relay}
        guarded={link?.token !== undefined}
      />
      {!embedded && (
        <>
          <div className={styles.controls}>
            <p role="status" className={`${styles.message} ${ui.glass}`} data-testid="notice">
              {notice}
            </p>
            {isUpdated && (
              <p role="status" className={`${styles.message} ${ui.glass}`}>
                This page was updated.{" "}
                <button
                  type="button"
                  className={`${ui.button} ${ui.small}`}
                  onClick={() => location.reload()}
                >
                  Reload
                </button>
              </p>
            )}
            {handle && (
              <Controls.Part
                {...{ handle, stage, view, hasPicture, statistics, notify, onMissing }}
                room={connection.state === "ended" ? undefined : room}
              />
            )}
          </div>
          <Statistics player={handle} panel={statistics} {...{ hasPicture, version, notify }} />
        </>
      )}
    </>
  );
}

/** If the link was damaged, that explains why it does not work. */
function explained(snapshot: Snapshot, damage: LinkDamage | undefined): Snapshot {
  const { connection } = snapshot;
  if (connection.state !== "ended" || !damage) return snapshot;
  const ending = ofDamagedLink(connection.ending);
  return { ...snapshot, connection: { ...connection, ending } };
}

/** Whether this page is on the screen that it shows. @param source undefined if the picture is not live, or the page cannot warn */
function useSelfView(source: PictureSource | undefined): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!source) return;
    const ending = new AbortController();
    const options = { report: setSeen, signal: ending.signal };
    import("../keep/self-view.ts").then(
      ({ watchSelf }) => watchSelf(source, options),
      () => {}, // Without this part only the warning is missing.
    );
    return () => {
      ending.abort();
      setSeen(false);
    };
  }, [source]);
  return seen;
}

const isOnline = () => navigator.onLine;

function subscribeToNetwork(changed: () => void): () => void {
  const ending = new AbortController();
  for (const type of ["online", "offline"]) {
    window.addEventListener(type, changed, { signal: ending.signal });
  }
  return () => ending.abort();
}
