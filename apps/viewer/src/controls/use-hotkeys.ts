/** Hotkeys: they run the same actions as the controls. */
import { useEffect, useState } from "react";
import type { Toggle } from "../ui/core/toggle.ts";
import type { Action } from "./core/actions.ts";
import { actionFor } from "./core/hotkeys.ts";

/** Runs actions by their keys, except while a field, a menu or a dialog has the focus. Where something scrolls, the arrow keys scroll it. */
export function useHotkeys(actions: readonly Action[]): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isTakenElsewhere(event)) return;
      const action = actionFor(actions, event);
      if (!action) return;
      event.preventDefault();
      action.run(event.key);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [actions]);
}

function isTakenElsewhere({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog:modal")) return true;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest("input, textarea, select, [role=menu]") !== null ||
    (key.startsWith("Arrow") && target.closest("[data-keys=scroll]") !== null)
  );
}

const STORAGE_KEY = "screen-share keys";
const OFF = "off";

/** The browser keeps this choice. Tools such as speech input can press single keys by accident (WCAG 2.2, 2.1.4). */
export function useHotkeysEnabled(): Toggle {
  const [on, setOn] = useState(readEnabled);
  const toggle = () => {
    setOn(!on);
    try {
      if (on) localStorage.setItem(STORAGE_KEY, OFF);
      else localStorage.removeItem(STORAGE_KEY);
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  };
  return { on, toggle };
}

function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== OFF;
  } catch {
    return true;
  }
}
