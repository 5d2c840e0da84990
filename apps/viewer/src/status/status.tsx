/** The state of the player as a message, with what the user can do. */
import { DEFAULT_ROOM, VIEWER_PATH } from "@screen-share/protocol";
import type { ListedRelay } from "../links/relays.ts";
import type { Snapshot } from "../player/core/snapshot.ts";
import { Actions, Command } from "./actions.tsx";
import { captureCommand, statusOf } from "./core/status.ts";
import { Notice } from "./notice.tsx";

/**
 * @param props.relay undefined in the prerendered page
 * @param props.guarded whether this page has a token for the room
 * @param props.embedded no message while the picture is live, and no invitation to share
 */
export function Status(props: {
  readonly snapshot: Snapshot;
  readonly online: boolean;
  readonly relay: ListedRelay | undefined;
  readonly guarded: boolean;
  readonly embedded: boolean;
  readonly seesItself: boolean;
  readonly tip: string;
  readonly retry: () => void;
}) {
  const { snapshot, online, relay, guarded, embedded, seesItself, tip, retry } = props;
  const { connection, picture, room = DEFAULT_ROOM } = snapshot;
  const status = statusOf(snapshot, { online, seesItself });
  const { counting } = status;
  const place = room === DEFAULT_ROOM || picture ? undefined : `room “${room}”`;
  const first = connection.state === "connecting" && connection.after === undefined;
  const isHidden = embedded && (status.quiet || first);
  return (
    <Notice
      form={isHidden ? "none" : picture ? "pill" : "page"}
      state={connection.state}
      tone={status.tone}
      title={status.title}
      detail={status.detail}
      remarks={[counting, ...status.remarks, place].filter((remark) => remark !== undefined)}
      quiet={status.quiet}
      late={first}
      tip={tip}
    >
      {status.invites && relay && !embedded && (
        <Command
          command={captureCommand({ server: relay.url.replace(VIEWER_PATH, ""), room })}
          guarded={guarded}
        />
      )}
      <Actions
        actions={status.actions}
        here={{ room, relay: relay?.name }}
        retry={retry}
        trying={connection.state === "connecting"}
      />
    </Notice>
  );
}
