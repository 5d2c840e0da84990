/** What the user can do in a state: try again, go to another room, or share a screen. */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import { copyText } from "../keep/clipboard.ts";
import { type Destination, fragmentOf } from "../links/go.ts";
import { pageRelays } from "../links/relays.ts";
import { loadLater } from "../ui/load-later.ts";
import ui from "../ui/ui.module.css";
import { useBriefly } from "../ui/use-briefly.ts";
import styles from "./actions.module.css";
import type { MessageAction } from "./core/messages.ts";

/** The field for a link. Loaded on demand: most viewers have a link that works. */
export const LaterJoinForm = loadLater(
  async () => (await import("../links/join-form.tsx")).JoinForm,
).Part;

/** @param props.trying an attempt is in progress: the button stays in place, and keeps the focus */
export function Actions(props: {
  readonly actions: readonly MessageAction[];
  readonly here: Destination;
  readonly retry: () => void;
  readonly trying: boolean;
}) {
  const { actions, here, retry, trying } = props;
  const lookOf = (action: MessageAction) =>
    action === actions[0] ? ui.button : `${ui.button} ${ui.secondary}`;
  return (
    <>
      {actions.includes("link") && <LaterJoinForm here={here} />}
      {actions.some((action) => action !== "link") && (
        <div className={styles.actions}>
          {actions.includes("retry") && (
            <button
              type="button"
              className={lookOf("retry")}
              aria-disabled={trying || undefined}
              onClick={() => !trying && retry()}
            >
              Retry now
            </button>
          )}
          {actions.includes("reload") && (
            <button type="button" className={lookOf("reload")} onClick={() => location.reload()}>
              Reload the page
            </button>
          )}
          {actions.includes("main") && (
            <a
              href={fragmentOf({ ...here, room: DEFAULT_ROOM }, pageRelays())}
              className={lookOf("main")}
            >
              Go to the room “main”
            </a>
          )}
        </div>
      )}
    </>
  );
}

const CONFIRMED_MS = 2000;

/** The command that shares a screen here, with a button to copy it. @param props.guarded whether the relay requires a token */
export function Command(props: { readonly command: string; readonly guarded: boolean }) {
  const { command, guarded } = props;
  const [copied, setCopied] = useBriefly<boolean>(CONFIRMED_MS);
  return (
    <div className={styles.invitation}>
      <p>To share your screen here, run this on your computer:</p>
      <div className={styles.command}>
        <code>{command}</code>
        <button
          type="button"
          className={`${ui.button} ${ui.small}`}
          onClick={async () => setCopied(await copyText(command))}
        >
          {copied ? "Copied" : copied === false ? "Not copied" : "Copy"}
          <span className={ui.srOnly}> the command</span>
        </button>
      </div>
      <p role="status" className={ui.srOnly}>
        {copied && "The command was copied."}
        {copied === false && "The browser did not allow the page to copy the command."}
      </p>
      {guarded && (
        <p>
          Set <code>PRODUCER_TOKEN</code> to the host’s own token.
        </p>
      )}
    </div>
  );
}
