/** All that a person can do with the picture: the bar, the hotkeys, and what these open. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { PictureHandle } from "../keep/mirror.ts";
import { RecordingMark } from "../keep/recording-mark.tsx";
import { loadLater } from "../ui/load-later.ts";
import { useAhead } from "../ui/use-ahead.ts";
import type { ViewState } from "../view/core/view-state.ts";
import { ZoomFlash } from "../view/zoom-flash.tsx";
import { ControlBar } from "./control-bar.tsx";
import type { Action, Toggle } from "./core/actions.ts";
import { loadDeeds, useActions } from "./use-actions.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import { useKeysOn } from "./use-keys-on.ts";
import { useResting } from "./use-resting.ts";

const HelpSheet = loadLater(async () => (await import("./help-sheet.tsx")).HelpSheet);
const LinkDialog = loadLater(async () => (await import("./link-dialog.tsx")).LinkDialog);

const NOTHING: readonly Action[] = [];

function loadAhead(): void {
  HelpSheet.ahead();
  LinkDialog.ahead();
  loadDeeds();
}

type Open = { readonly sheet: "help" } | { readonly sheet: "link"; readonly link: string };

/**
 * @param props.hasPicture without one there is no bar, but the keys that need none work
 * @param props.room undefined: there is none to be watched; where there is no picture of it either, no key does anything
 * @param props.statistics what shows and hides them, for the button and its key
 * @param props.tell says what came of it; the words outlive the controls, which go with their player
 */
export function Controls(props: {
  readonly handle: PictureHandle;
  readonly view: ViewState;
  readonly hasPicture: boolean;
  readonly room: string | undefined;
  readonly statistics: Toggle;
  readonly tell: (words: string) => void;
}) {
  const { handle, view, hasPicture, room, statistics, tell } = props;
  const bar = useRef<HTMLElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const [open, setOpen] = useState<Open>();
  const { actions, recording } = useActions({
    ...{ handle, view, hasPicture, room, statistics, tell },
    help: () => setOpen({ sheet: "help" }),
    showLink: (link) => setOpen({ sheet: "link", link }),
  });
  const keys = useKeysOn();
  useHotkeys(keys.on && (room !== undefined || hasPicture) ? actions : NOTHING);
  const resting = useResting(bar, menuOpen || open !== undefined);
  useHiddenPointer(resting && hasPicture);
  useEffect(() => {
    if (!hasPicture) setMenuOpen(false);
  }, [hasPicture]);
  useAhead(loadAhead, hasPicture);
  // A sheet tells that it is closed some time after: by then another may be open.
  const close = useCallback(() => setOpen((now) => (now === open ? undefined : now)), [open]);
  const onMissing = useCallback(() => {
    tell("This part of the page could not be loaded.");
    close();
  }, [tell, close]);
  const sheet = { close, onMissing };
  return (
    <>
      {recording.since !== undefined && (
        <RecordingMark since={recording.since} stop={() => recording.toggle?.()} />
      )}
      <ZoomFlash view={view} />
      {hasPicture && (
        <ControlBar ref={bar} {...{ actions, view, menuOpen, setMenuOpen }} hidden={resting} />
      )}
      {open?.sheet === "help" && <HelpSheet.Part {...{ actions, keys }} {...sheet} />}
      {open?.sheet === "link" && <LinkDialog.Part link={open.link} {...sheet} />}
    </>
  );
}

/** In full screen a pointer that rests is only in the way; globals.css hides it there. */
function useHiddenPointer(hidden: boolean): void {
  useEffect(() => {
    document.documentElement.toggleAttribute("data-resting", hidden);
    return () => document.documentElement.removeAttribute("data-resting");
  }, [hidden]);
}
