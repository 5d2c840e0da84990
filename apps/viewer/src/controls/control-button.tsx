/** One action as a button with a picture on it, its name and key told beside it. */

import { Icon } from "../ui/icon.tsx";
import { type Action, keyCaps } from "./core/actions.ts";

export function ControlButton({ action }: { readonly action: Action }) {
  const { id, name, icon, enabled, pressed, keys } = action;
  const [cap] = keyCaps(action);
  return (
    <button
      type="button"
      className="control"
      data-action={id}
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={keys.join(" ")}
      disabled={!enabled}
      data-tip={cap ? `${name} (${cap})` : name}
      onClick={() => action.run()}
    >
      <Icon name={icon} />
    </button>
  );
}
