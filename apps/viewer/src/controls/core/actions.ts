/** All actions of a viewer, in one table: the bar, the menu, the hotkeys and the help sheet are built from it. Pure. */
import type { IconName } from "../../ui/core/icon-paths.ts";
import type { Toggle } from "../../ui/core/toggle.ts";
import type { Mode, View } from "../../view/core/view.ts";

/** The state of the page, and its handlers. A handler is undefined if the browser cannot do that. */
export interface ActionHandlers {
  readonly hasPicture: boolean;
  readonly mode: View["mode"];
  readonly setMode: (mode: Mode) => void;
  readonly zoom: (direction: "in" | "out") => void;
  /** Moves the visible part to the right and down, in parts of the box. */
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

/** The headings of the help sheet. */
export const GROUPS = ["Picture", "Window", "Keep and share", "Help"] as const;
/** The bar has all but the last two; `wide` is in the menu if the bar has no room, `zoom` likewise. `keys`: hotkeys only. */
export type ActionPlace = "modes" | "zoom" | "bar" | "wide" | "menu" | "keys";

interface Row {
  readonly id: string;
  /** Values of a keyboard event's `key`; letters in lower case. */
  readonly keys: readonly string[];
  readonly icon: IconName | readonly [off: IconName, on: IconName];
  readonly label: string | readonly [off: string, on: string];
  /** The label on the help sheet, if it is another one there. */
  readonly help?: string;
  readonly group: (typeof GROUPS)[number];
  readonly place: ActionPlace;
  /** Whether it is possible now. */
  readonly when: (page: ActionHandlers) => boolean | undefined;
  readonly on?: (page: ActionHandlers) => boolean | undefined;
  /** Whether a key that is held down repeats it. */
  readonly repeats?: true;
  /** The handler. Undefined if the browser cannot do it. */
  readonly run: (page: ActionHandlers) => ((key?: string) => void) | undefined;
}

const always = () => true;
const picture = (page: ActionHandlers) => page.hasPicture;

// biome-ignore format: a table, with one row per action
const TABLE: readonly Row[] = [
  { id: "fit", keys: ["1", "0"], icon: "fit", label: "Fit to window", group: "Picture", place: "modes",
    when: picture, on: ({ mode }) => mode === "fit", run: ({ setMode }) => () => setMode("fit") },
  { id: "actual", keys: ["2"], icon: "actual", label: "Actual size", group: "Picture", place: "modes",
    when: picture, on: ({ mode }) => mode === "actual", run: ({ setMode }) => () => setMode("actual") },
  { id: "width", keys: ["3"], icon: "width", label: "Fill width", group: "Picture", place: "modes",
    when: picture, on: ({ mode }) => mode === "width", run: ({ setMode }) => () => setMode("width") },
  { id: "zoom-out", keys: ["-", "_"], icon: "zoomOut", label: "Zoom out", group: "Picture", place: "zoom",
    when: picture, repeats: true, run: ({ zoom }) => () => zoom("out") },
  { id: "zoom-in", keys: ["+", "="], icon: "zoomIn", label: "Zoom in", group: "Picture", place: "zoom",
    when: picture, repeats: true, run: ({ zoom }) => () => zoom("in") },
  { id: "pan", keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], icon: "width", label: "Move the picture", group: "Picture", place: "keys",
    when: picture, repeats: true, run: ({ pan }) => (key = "") => pan(...(PAN_STEPS[key] ?? [0, 0])) },
  { id: "snapshot", keys: ["s"], icon: "snapshot", label: "Save snapshot", group: "Keep and share", place: "wide",
    when: picture, run: ({ saveSnapshot }) => saveSnapshot },
  { id: "copy-picture", keys: ["y"], icon: "copy", label: "Copy picture", group: "Keep and share", place: "menu",
    when: picture, run: ({ copyPicture }) => copyPicture },
  { id: "record", keys: ["r"], icon: ["record", "stop"], label: ["Record to a file", "Stop recording"], group: "Keep and share", place: "wide",
    help: "Start or stop recording to a file",
    when: (page) => page.hasPicture || page.recording?.on, on: ({ recording }) => recording?.on, run: ({ recording }) => recording?.toggle },
  { id: "copy-link", keys: ["c"], icon: "link", label: "Copy link", group: "Keep and share", place: "menu",
    help: "Copy link (anyone who has it can open this room)",
    when: always, run: ({ copyLink }) => copyLink },
  { id: "picture-in-picture", keys: ["p"], icon: "pictureInPicture", label: ["Floating window", "Close the floating window"], group: "Window", place: "wide",
    when: (page) => page.hasPicture || page.pictureInPicture?.on, on: ({ pictureInPicture }) => pictureInPicture?.on, run: ({ pictureInPicture }) => pictureInPicture?.toggle },
  { id: "full-screen", keys: ["f"], icon: ["fullScreen", "window"], label: ["Full screen", "Leave full screen"], group: "Window", place: "bar",
    when: always, on: ({ fullScreen }) => fullScreen?.on, run: ({ fullScreen }) => fullScreen?.toggle },
  { id: "statistics", keys: ["i"], icon: "statistics", label: "Statistics", group: "Help", place: "menu",
    when: always, on: ({ statistics }) => statistics.on, run: ({ statistics }) => statistics.toggle },
  { id: "help", keys: ["?"], icon: "help", label: "Keyboard and gestures", group: "Help", place: "menu",
    help: "This help",
    when: always, run: ({ help }) => help },
];

/** How far an arrow key moves the picture, in parts of the box. */
const PAN_STEP = 0.1;
const PAN_STEPS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-PAN_STEP, 0],
  ArrowRight: [PAN_STEP, 0],
  ArrowUp: [0, -PAN_STEP],
  ArrowDown: [0, PAN_STEP],
};

export interface Action extends Pick<Row, "id" | "keys" | "group" | "place" | "repeats"> {
  readonly name: string;
  readonly icon: IconName;
  readonly help: string;
  /** Whether this browser and this page can do it at all. If not, it is not shown. */
  readonly available: boolean;
  readonly enabled: boolean;
  /** Whether it is on; undefined if its name shows that, or if it is never on. */
  readonly pressed: boolean | undefined;
  readonly run: (key?: string) => void;
}

export function actionsOf(page: ActionHandlers): readonly Action[] {
  return TABLE.map(({ icon, label, help, when, on, run, ...row }) => {
    const isOn = on?.(page);
    const [offName, onName] = typeof label === "string" ? [label, label] : label;
    const [offIcon, onIcon] = typeof icon === "string" ? [icon, icon] : icon;
    const handler = run(page);
    return {
      ...row,
      name: isOn ? onName : offName,
      icon: isOn ? onIcon : offIcon,
      help: help ?? offName,
      available: handler !== undefined,
      enabled: when(page) ?? false,
      pressed: offName === onName ? isOn : undefined,
      run: (key) => handler?.(key),
    };
  });
}
