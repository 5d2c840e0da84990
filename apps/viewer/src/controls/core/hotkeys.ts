/** Which action a key stands for, on any keyboard layout. Pure. */
import type { Action } from "./actions.ts";

/** The fields of a keyboard event that matter. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  getModifierState(key: string): boolean;
}

/** The action for a key now, if any: by its character, or else by its position. With AltGr only the character counts. */
export function actionFor(actions: readonly Action[], press: KeyPress): Action | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey) return undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const find = (wanted: string | undefined) =>
    actions.find(
      ({ available, enabled, repeats, keys }) =>
        available &&
        enabled &&
        (repeats || !press.repeat) &&
        wanted !== undefined &&
        keys.includes(wanted),
    );
  return find(key) ?? find(press.getModifierState("AltGraph") ? undefined : keyByPosition(press));
}

/** Keys without a character of their own: an input method has it, or the browser does not know it. */
const WITHOUT_CHARACTER: readonly string[] = ["Process", "Unidentified", "Dead"];
const POSITION = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/;

/**
 * The key on the US layout, if this layout has a foreign character there, and digits of the top row, which need Shift on some layouts.
 * A Latin letter always means itself.
 */
function keyByPosition({ key, code, shiftKey }: KeyPress): string | undefined {
  const hasCharacter = [...key].length === 1;
  if (!hasCharacter && !WITHOUT_CHARACTER.includes(key)) return undefined;
  const isForeign = !hasCharacter || key > "\u007f";
  const [, letter, digit] = POSITION.exec(code) ?? [];
  if (letter !== undefined) return isForeign ? letter.toLowerCase() : undefined;
  if (digit !== undefined) return shiftKey ? undefined : digit;
  if (code === "Slash") return shiftKey ? "?" : undefined;
  if (!isForeign || shiftKey) return undefined;
  return code === "Minus" ? "-" : code === "Equal" ? "=" : undefined;
}

const KEY_CAPS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  "-": "−",
};
/** Second keys of an action, on or near its first one. */
const NOT_SHOWN = new Set(["0", "_", "="]);

/** The keys of an action as they are printed on a keyboard. */
export function keyCaps({ keys }: Pick<Action, "keys">): readonly string[] {
  return keys.filter((key) => !NOT_SHOWN.has(key)).map((key) => KEY_CAPS[key] ?? key.toUpperCase());
}
