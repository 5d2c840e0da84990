/**
 * Everything that a person can do, once: the bar, the menu, the hotkeys and the help sheet are all made from this table. Pure;
 * what the page can do and how it stands comes in.
 */

import type { IconName } from "../../ui/core/icon-paths.ts";
import type { Mode, View } from "../../view/core/view.ts";

/** Where an action is found: among the modes or the zoom, on the bar; there if it is wide, else in the menu; in the menu; or by keys only. */
export type Place = "modes" | "zoom" | "bar" | "wide" | "menu" | "keys";

/** The headings of the help sheet. */
export const GROUPS = ["Picture", "Window", "Keep and share", "Help"] as const;
type Group = (typeof GROUPS)[number];

export interface Action {
  readonly id: string;
  /** What it does now. */
  readonly name: string;
  /** What the help sheet calls it, if that is not what it does now. */
  readonly alias?: string;
  /** As a keyboard event's `key` tells them, letters in lower case. */
  readonly keys: readonly string[];
  readonly icon: IconName;
  readonly group: Group;
  readonly place: Place;
  /** Whether this browser and this page can do it at all; what they cannot is not shown. */
  readonly available: boolean;
  /** Whether it can be done now. */
  readonly enabled: boolean;
  /** For what is on or off under one name: which. */
  readonly pressed?: boolean;
  /** Whether a key that is held down does it again and again. */
  readonly repeats?: boolean;
  /** @param key the one that asked for it, if one did */
  readonly run: (key?: string) => void;
}

/** How things stand, and what can be done about it. What is undefined, the browser cannot do. */
export interface Deeds {
  readonly hasPicture: boolean;
  readonly mode: View["mode"];
  readonly setMode: (mode: Mode) => void;
  readonly zoom: (direction: "in" | "out") => void;
  /** By so much of the box, to its right and down. */
  readonly pan: (across: number, down: number) => void;
  readonly fullScreen: Toggle | undefined;
  readonly pictureInPicture: Toggle | undefined;
  readonly recording: Toggle | undefined;
  readonly statistics: Toggle;
  readonly saveSnapshot: () => void;
  readonly copyPicture: (() => void) | undefined;
  readonly copyLink: () => void;
  readonly help: () => void;
}

export interface Toggle {
  readonly on: boolean;
  readonly toggle: () => void;
}

/** By one press of an arrow key; parts of the box. */
const PAN_STEP = 0.1;
const ARROWS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-PAN_STEP, 0],
  ArrowRight: [PAN_STEP, 0],
  ArrowUp: [0, -PAN_STEP],
  ArrowDown: [0, PAN_STEP],
};

export function actionsOf(deeds: Deeds): readonly Action[] {
  return [...pictureActions(deeds), ...pageActions(deeds)];
}

function pictureActions(deeds: Deeds): readonly Action[] {
  const { hasPicture, setMode, zoom } = deeds;
  const shared = { group: "Picture", available: true, enabled: hasPicture } as const;
  const mode = (id: Mode, name: string, keys: readonly string[]): Action => ({
    ...{ ...shared, id, name, keys, icon: id, place: "modes" },
    pressed: deeds.mode === id,
    run: () => setMode(id),
  });
  return [
    mode("fit", "Fit to window", ["1", "0"]),
    mode("actual", "Actual size", ["2"]),
    mode("width", "Fill width", ["3"]),
    {
      ...{ ...shared, id: "zoom-out", name: "Zoom out", keys: ["-", "_"] },
      ...{ icon: "zoomOut", place: "zoom", repeats: true },
      run: () => zoom("out"),
    },
    {
      ...{ ...shared, id: "zoom-in", name: "Zoom in", keys: ["+", "="] },
      ...{ icon: "zoomIn", place: "zoom", repeats: true },
      run: () => zoom("in"),
    },
    {
      ...{ ...shared, id: "pan", name: "Move the picture", keys: Object.keys(ARROWS) },
      ...{ icon: "width", place: "keys", repeats: true },
      run(key = "") {
        const [across, down] = ARROWS[key] ?? [0, 0];
        deeds.pan(across, down);
      },
    },
  ];
}

function pageActions(deeds: Deeds): readonly Action[] {
  const { hasPicture, fullScreen, pictureInPicture, recording, statistics } = deeds;
  const keep = { group: "Keep and share", available: true, enabled: hasPicture } as const;
  return [
    {
      ...{ ...keep, id: "snapshot", name: "Save snapshot", keys: ["s"] },
      ...{ icon: "snapshot", place: "wide", run: deeds.saveSnapshot },
    },
    {
      ...{ ...keep, id: "copy-picture", name: "Copy picture", keys: ["y"] },
      ...{ icon: "copy", place: "menu", run: deeds.copyPicture ?? nothing },
      available: deeds.copyPicture !== undefined,
    },
    {
      ...{ ...keep, id: "record", name: recording?.on ? "Stop recording" : "Record to a file" },
      ...{ alias: "Record to a file, and stop", keys: ["r"], place: "wide" },
      icon: recording?.on ? "stop" : "record",
      ...toggled(recording, hasPicture || recording?.on),
    },
    {
      ...{ ...keep, id: "copy-link", name: "Copy link", keys: ["c"] },
      ...{ icon: "link", place: "menu", run: deeds.copyLink, enabled: true },
      alias: "Copy link (opens this room for whoever has it)",
    },
    {
      ...{ id: "picture-in-picture", keys: ["p"], icon: "pictureInPicture" },
      name: pictureInPicture?.on ? "Close the floating window" : "Floating window",
      ...{ alias: "Floating window", group: "Window", place: "wide" },
      ...toggled(pictureInPicture, hasPicture || pictureInPicture?.on),
    },
    {
      ...{ id: "full-screen", keys: ["f"], group: "Window", place: "bar" },
      name: fullScreen?.on ? "Leave full screen" : "Full screen",
      ...{ alias: "Full screen", icon: fullScreen?.on ? "window" : "fullScreen" },
      ...toggled(fullScreen, true),
    },
    {
      ...{ id: "statistics", name: "Statistics", keys: ["i"], icon: "statistics" },
      ...{ group: "Help", place: "menu", ...toggled(statistics, true) },
      pressed: statistics.on,
    },
    {
      ...{ id: "help", name: "Keyboard and gestures", alias: "This sheet", keys: ["?"] },
      ...{ icon: "help", group: "Help", place: "menu", available: true, enabled: true },
      run: deeds.help,
    },
  ];
}

function toggled(
  toggle: Toggle | undefined,
  enabled = false,
): Pick<Action, "available" | "enabled" | "run"> {
  return {
    available: toggle !== undefined,
    enabled,
    run: toggle ? () => toggle.toggle() : nothing,
  };
}

function nothing(): void {}

/** What of a keyboard event decides. */
export interface KeyPress {
  readonly key: string;
  /** Where the key is, as the US layout calls it. */
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  /** AltGr: what it writes then is meant, and nothing else. */
  readonly altGraph: boolean;
  /** Held down, and told again. */
  readonly repeat: boolean;
}

/** The action that a key asks for now, if any: by what it writes, or else by where it is. */
export function actionFor(actions: readonly Action[], press: KeyPress): Action | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey) return undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const byPlace = press.altGraph ? undefined : keyByPlace(press);
  const find = (wanted: string | undefined) =>
    actions.find(
      (action) =>
        action.available &&
        action.enabled &&
        (action.repeats || !press.repeat) &&
        wanted !== undefined &&
        action.keys.includes(wanted),
    );
  return find(key) ?? find(byPlace);
}

/** Keys that write nothing by themselves: an input method has them, or the browser cannot tell. */
const UNWRITTEN: readonly string[] = ["Process", "Unidentified", "Dead"];
const PLACE = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/;

/**
 * What a key is on the US layout, where a layout writes something else with it: letters and signs of another script, and the top row,
 * which writes digits only with Shift on some layouts. A Latin letter always means itself.
 */
function keyByPlace({ key, code, shiftKey }: KeyPress): string | undefined {
  const writes = [...key].length === 1;
  if (!writes && !UNWRITTEN.includes(key)) return undefined;
  const isForeign = !writes || key > "\u007f";
  const [, letter, digit] = PLACE.exec(code) ?? [];
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
/** The same key as another of the action, or nearly: not worth a mention. */
const UNTOLD = new Set(["0", "_", "="]);

/** The keys of an action as they stand on a keyboard. */
export function keyCaps({ keys }: Pick<Action, "keys">): readonly string[] {
  return keys.filter((key) => !UNTOLD.has(key)).map((key) => KEY_CAPS[key] ?? key.toUpperCase());
}
