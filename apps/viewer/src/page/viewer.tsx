/** The picture of one relay, and over it how things stand and what can be done. */
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useSelfView } from "../keep/use-self-view.ts";
import { keepLastRoom } from "../links/last-room.ts";
import type { Damage, Link } from "../links/link.ts";
import { ofDamagedLink } from "../player/core/ending.ts";
import type { Snapshot } from "../player/core/snapshot.ts";
import { Statistics } from "../statistics/statistics.tsx";
import { useStatisticsPanel } from "../statistics/use-statistics-panel.ts";
import { titleOf } from "../status/core/status.ts";
import { Status } from "../status/status.tsx";
import { useNotice } from "../status/use-notice.ts";
import { loadLater } from "../ui/load-later.ts";
import { onUpdated, wasUpdated } from "../ui/load-part.ts";
import ui from "../ui/ui.module.css";
import { ViewState } from "../view/core/view-state.ts";
import { Screen } from "../view/screen.tsx";
import { useWakeLock } from "../view/use-wake-lock.ts";
import styles from "./page.module.css";
import { useOnline } from "./use-online.ts";
import { usePlayer } from "./use-player.ts";

// The picture comes first; by the time that it is there, so are these.
const Controls = loadLater(async () => (await import("../controls/controls.tsx")).Controls);

/**
 * @param props.link undefined in a page rendered ahead of time; it names a relay, which stays the same for the component's life
 * @param props.version of the page
 */
export function Viewer(props: { readonly link: Link | undefined; readonly version: string }) {
  const { link, version } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view] = useState(() => new ViewState());
  const online = useOnline();
  const { snapshot: played, canvasKey, retry, handle } = usePlayer(canvas, link?.relay?.url);
  const snapshot = explained(played, link?.damage);
  const { room, connection, picture, ageS } = snapshot;
  const hasPicture = picture !== undefined;
  const stale = ageS !== undefined;
  const embedded = link?.options.embedded ?? false;
  const statistics = useStatisticsPanel(!embedded && (link?.options.statistics ?? false));
  const { notice, tell } = useNotice();
  const isUpdated = useSyncExternalStore(onUpdated, wasUpdated, () => false);
  useEffect(() => {
    if (link?.damage === "repaired") tell("This link was damaged on its way. It was repaired.");
  }, [link, tell]);
  const onMissing = useCallback(() => tell("The controls could not be loaded yet."), [tell]);
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
      {/* Another key, another canvas: see use-player.ts. */}
      <Screen key={canvasKey} {...{ canvas, view, picture, stale }} gestures={!embedded} />
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
              {notice?.words}
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
                {...{ handle, view, hasPicture, statistics, onMissing }}
                notify={tell}
                room={connection.state === "ended" ? undefined : room}
              />
            )}
          </div>
          <Statistics player={handle} panel={statistics} {...{ hasPicture, version, tell }} />
        </>
      )}
    </>
  );
}

/** What the snapshot says, if it is no wonder: the link was damaged. */
function explained(snapshot: Snapshot, damage: Damage | undefined): Snapshot {
  const { connection } = snapshot;
  if (connection.state !== "ended" || !damage) return snapshot;
  const ending = ofDamagedLink(connection.ending);
  return { ...snapshot, connection: { ...connection, ending } };
}
