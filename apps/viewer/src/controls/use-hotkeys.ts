/** Keys that do what the controls do. */
import { useEffect, useRef } from "react";
import { type Action, actionFor } from "./core/actions.ts";

/** The keys of what can be done now, wherever the focus is but in a field, a menu or a dialog. What scrolls has the arrows for itself. */
export function useHotkeys(actions: readonly Action[]): void {
  const newest = useRef(actions);
  useEffect(() => {
    newest.current = actions;
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isElsewhere(event)) return;
      const { key, code, shiftKey, ctrlKey, altKey, metaKey, repeat } = event;
      const altGraph = event.getModifierState("AltGraph");
      const action = actionFor(newest.current, {
        ...{ key, code, shiftKey, ctrlKey, altKey, metaKey, repeat, altGraph },
      });
      if (!action) return;
      event.preventDefault();
      action.run(event.key);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog:modal")) return true;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest("input, textarea, select, [role=menu]") !== null ||
    (key.startsWith("Arrow") && target.closest("[data-keys=scroll]") !== null)
  );
}
