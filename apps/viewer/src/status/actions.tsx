/** What the user can do in a state: try again, go to another room, or share a screen. */
import { DEFAULT_ROOM } from "@screen-share/protocol";
import { copyText } from "../keep/clipboard.ts";
import { type Destination, fragmentOf } from "../links/go.ts";
import type { JoinFormProps } from "../links/join-form.tsx";
import { pageRelays } from "../links/relays.ts";
import { loadLater } from "../ui/load-later.ts";
import ui from "../ui/ui.module.css";
import { useBriefly } from "../ui/use-briefly.ts";
import styles from "./actions.module.css";
import type { MessageAction } from "./core/messages.ts";

// Loaded on demand: most viewers have a link that works.
const JoinForm = loadLater(async () => (await import("../links/join-form.tsx")).JoinForm);

/** The field for a link. */
export function LaterJoinForm(props: JoinFormProps) {
  return <JoinForm.Part {...props} onMissing={retryLater} />;
}

/** Loading is retried as long as the form is shown. */
function retryLater(): void {}

/**
 * @param props.here the current room
 * @param props.trying an attempt is in progress: the button stays in place, and keeps the focus
 */
export function Actions(props: {
  readonly actions: readonly MessageAction[];
  readonly here: Destination;
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
  readonly action: Exclude<MessageAction, "link">;
  readonly here: Destination;
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

const CONFIRMED_MS = 2000;

/** The command that shares a screen here, with a button to copy it. @param props.guarded whether the relay requires a token */
export function Command(props: { readonly command: string; readonly guarded: boolean }) {
  const { command, guarded } = props;
  const [copied, setCopied] = useBriefly<boolean>(CONFIRMED_MS);
  return (
    <div className={styles.invitation}>
      <p>Is this your screen? Run this command on its computer:</p>
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
