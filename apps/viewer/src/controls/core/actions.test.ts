import { describe, expect, it } from "vitest";
import { type Action, type ActionHandlers, actionsOf } from "./actions.ts";
import { actionFor, type KeyPress, keyCaps } from "./hotkeys.ts";

/** Handlers for everything, which note each call. */
function page(noted: string[], changed: Partial<ActionHandlers> = {}): ActionHandlers {
  const note = (word: string) => () => void noted.push(word);
  const toggle = (word: string) => ({ on: false, toggle: note(word) });
  return {
    hasPicture: true,
    mode: "fit",
    setMode: (mode) => noted.push(`mode ${mode}`),
    zoom: (direction) => noted.push(`zoom ${direction}`),
    pan: (across, down) => noted.push(`pan ${across} ${down}`),
    fullScreen: toggle("full screen"),
    pictureInPicture: toggle("floating"),
    recording: toggle("record"),
    statistics: toggle("statistics"),
    saveSnapshot: note("snapshot"),
    copyPicture: note("picture"),
    copyLink: note("link"),
    help: note("help"),
    ...changed,
  };
}

const press = (key: string, changed: Partial<KeyPress> = {}): KeyPress => ({
  ...{ key, code: "", shiftKey: false, repeat: false, getModifierState: () => false },
  ...{ ctrlKey: false, altKey: false, metaKey: false },
  ...changed,
});
const idFor = (actions: readonly Action[], key: KeyPress) => actionFor(actions, key)?.id;

describe("the table of actions", () => {
  it("gives each action its own keys and its own name", () => {
    const actions = actionsOf(page([]));
    const keys = actions.flatMap((action) => action.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const field of ["id", "name"] as const) {
      expect(new Set(actions.map((action) => action[field])).size).toBe(actions.length);
    }
  });

  it("runs the handler of each key", () => {
    const noted: string[] = [];
    const actions = actionsOf(page(noted));
    const keys = ["1", "2", "3", "0", "+", "-", "ArrowLeft", "ArrowDown", "f", "p", "r", "s", "y"];
    for (const key of [...keys, "c", "i", "?"]) actionFor(actions, press(key))?.run(key);
    expect(noted).toEqual([
      ...["mode fit", "mode actual", "mode width", "mode fit", "zoom in", "zoom out"],
      ...["pan -0.1 0", "pan 0 0.1", "full screen", "floating", "record", "snapshot", "picture"],
      ...["link", "statistics", "help"],
    ]);
  });

  it("leaves keys with Ctrl, Alt or Meta to the browser, and ignores the case of letters", () => {
    const actions = actionsOf(page([]));
    expect(idFor(actions, press("S"))).toBe("snapshot");
    for (const held of ["ctrlKey", "altKey", "metaKey"] as const) {
      expect(idFor(actions, press("s", { [held]: true }))).toBeUndefined();
    }
    expect(idFor(actions, press("q"))).toBeUndefined();
  });

  it("repeats only the actions that work in steps", () => {
    const actions = actionsOf(page([]));
    const held = { repeat: true };
    expect(["+", "-", "ArrowUp"].map((key) => idFor(actions, press(key, held)))).toEqual([
      ...["zoom-in", "zoom-out", "pan"],
    ]);
    expect(["f", "r", "s", "?"].map((key) => idFor(actions, press(key, held)))).toEqual([
      ...[undefined, undefined, undefined, undefined],
    ]);
  });

  it("enables without a picture only the actions that need none", () => {
    const actions = actionsOf(page([], { hasPicture: false }));
    const left = actions.filter(({ enabled }) => enabled).map(({ id }) => id);
    expect(left).toEqual(["copy-link", "full-screen", "statistics", "help"]);
    expect(idFor(actions, press("s"))).toBeUndefined();
  });

  it("finds a key by its position if the layout has a foreign character there", () => {
    const actions = actionsOf(page([]));
    const at = (code: string, key: string, changed: Partial<KeyPress> = {}) =>
      idFor(actions, press(key, { code, ...changed }));
    const shiftKey = true;
    // Cyrillic, Greek, Hebrew, Arabic, Thai; an input method; a key without a character.
    for (const key of ["ш", "Ш", "ι", "ן", "ه", "ร", "ｉ", "Process", "Unidentified"]) {
      expect([key, at("KeyI", key)]).toEqual([key, "statistics"]);
    }
    // The top row of French, Czech and Lithuanian; digits of other scripts, on the number pad, too.
    for (const key of ["é", "ě", "č", "۲", "٢", "२"]) {
      expect([key, at("Digit2", key)]).toEqual([key, "actual"]);
    }
    expect(at("Numpad2", "٢")).toBe("actual");
    expect(at("Digit1", "&")).toBe("fit");
    expect(at("Slash", ",", { shiftKey })).toBe("help");
    expect(at("Minus", "ข")).toBe("zoom-out");
    expect(at("Equal", "ช")).toBe("zoom-in");
  });

  it("takes a key by its character if that is Latin, or typed with AltGr", () => {
    const actions = actionsOf(page([]));
    const at = (code: string, key: string, changed: Partial<KeyPress> = {}) =>
      idFor(actions, press(key, { code, ...changed }));
    // Dvorak, AZERTY, and signs above digits.
    expect(at("KeyI", "c")).toBe("copy-link");
    expect(at("KeyS", "o")).toBeUndefined();
    expect(at("KeyR", "p")).toBe("picture-in-picture");
    expect(at("Digit6", "-")).toBe("zoom-out");
    expect(at("Digit2", "@", { shiftKey: true })).toBeUndefined();
    expect(at("Digit2", "²", { getModifierState: (name) => name === "AltGraph" })).toBeUndefined();
    // The number pad without Num Lock, and keys without a character.
    expect(at("Numpad1", "End")).toBeUndefined();
    expect(at("Numpad2", "ArrowDown")).toBe("pan");
    expect(at("Slash", "/")).toBeUndefined();
    expect(at("KeyI", "ш", { ctrlKey: true })).toBeUndefined();
  });

  it("can end a recording and a floating window after the picture is gone", () => {
    const on = { on: true, toggle: () => {} };
    const actions = actionsOf(page([], { hasPicture: false, recording: on, pictureInPicture: on }));
    expect(actionFor(actions, press("r"))?.name).toBe("Stop recording");
    expect(actionFor(actions, press("p"))?.name).toBe("Close the floating window");
  });

  it("hides what the browser cannot do", () => {
    const none = { fullScreen: undefined, pictureInPicture: undefined, recording: undefined };
    const actions = actionsOf(page([], { ...none, copyPicture: undefined }));
    const missing = actions.filter(({ available }) => !available).map(({ id }) => id);
    expect(missing).toEqual(["copy-picture", "record", "picture-in-picture", "full-screen"]);
    expect(idFor(actions, press("f"))).toBeUndefined();
  });

  it("names keys as they are printed on a keyboard, each once", () => {
    const caps = Object.fromEntries(
      actionsOf(page([])).map((action) => [action.id, keyCaps(action).join(" ")]),
    );
    expect(caps).toMatchObject({ fit: "1", "zoom-in": "+", "zoom-out": "−", snapshot: "S" });
    expect(caps.pan).toBe("← → ↑ ↓");
  });
});
