/** What the person at the screen can do about how things stand. */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import { fragmentOf, type Place } from "../links/go.ts";
import { LaterJoinForm } from "../links/later-join-form.tsx";
import { pageRelays } from "../links/relays.ts";
import ui from "../ui/ui.module.css";
import type { Action } from "./core/messages.ts";
import styles from "./notice.module.css";

/**
 * @param props.here where the page is
 * @param props.trying it is being tried right now; the button stays where it is, and keeps the focus
 */
export function Actions(props: {
  readonly actions: readonly Action[];
  readonly here: Place;
  readonly retry: () => void;
  readonly trying: boolean;
}) {
  const { actions, here, retry, trying } = props;
  const buttons = actions.filter((action) => action !== "link");
  return (
    <>
      {actions.includes("link") && <LaterJoinForm here={here} />}
      {buttons.length > 0 && (
        <div className={styles.actions}>
          {buttons.map((action, i) => (
            <Control
              key={action}
              {...{ action, here, retry, trying }}
              className={
                i === 0 && buttons.length === actions.length
                  ? ui.button
                  : `${ui.button} ${ui.secondary}`
              }
            />
          ))}
        </div>
      )}
    </>
  );
}

function Control(props: {
  readonly action: Exclude<Action, "link">;
  readonly here: Place;
  readonly retry: () => void;
  readonly trying: boolean;
  readonly className: string | undefined;
}) {
  const { action, here, retry, trying, className } = props;
  switch (action) {
    case "retry":
      return (
        <button
          type="button"
          className={className}
          aria-disabled={trying || undefined}
          onClick={() => !trying && retry()}
        >
          Retry now
        </button>
      );
    case "reload":
      return (
        <button type="button" className={className} onClick={() => location.reload()}>
          Reload the page
        </button>
      );
    case "main":
      return (
        <a href={fragmentOf({ ...here, room: DEFAULT_ROOM }, pageRelays())} className={className}>
          Go to the room “main”
        </a>
      );
    default:
      return action satisfies never;
  }
}
