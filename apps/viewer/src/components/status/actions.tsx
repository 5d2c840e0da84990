/** What the person at the screen can do about how things stand. */
import type { Action } from "../../player/core/failure-words.ts";
import { JoinForm } from "./join-form.tsx";

/** @param props.trying it is being tried right now; the button stays where it is, and keeps the focus */
export function Actions(props: {
  readonly actions: readonly Action[];
  readonly retry: () => void;
  readonly trying: boolean;
}) {
  const { actions, retry, trying } = props;
  const buttons = actions.filter((action) => action !== "link");
  return (
    <>
      {actions.includes("link") && <JoinForm />}
      {buttons.length > 0 && (
        <div className="actions">
          {buttons.map((action) => (
            <Control key={action} action={action} retry={retry} trying={trying} />
          ))}
        </div>
      )}
    </>
  );
}

function Control(props: {
  readonly action: Exclude<Action, "link">;
  readonly retry: () => void;
  readonly trying: boolean;
}) {
  const { action, retry, trying } = props;
  switch (action) {
    case "retry":
      return (
        <button
          type="button"
          className="button"
          aria-disabled={trying || undefined}
          onClick={() => !trying && retry()}
        >
          Retry now
        </button>
      );
    case "reload":
      return (
        <button type="button" className="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      );
    case "main":
      return (
        <a href="#room=main" className="button">
          Go to the room “main”
        </a>
      );
    default:
      return action satisfies never;
  }
}
