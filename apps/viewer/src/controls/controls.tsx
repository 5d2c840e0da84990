/** The controls of the picture: the bar, the gestures, the hotkeys, and the sheets that these open. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { PictureHandle } from "../keep/mirror.ts";
import { RecordingMark } from "../keep/recording-mark.tsx";
import type { Toggle } from "../ui/core/toggle.ts";
import { loadLater, usePreload } from "../ui/load-later.ts";
import type { ViewState } from "../view/core/view-state.ts";
import { useGestures } from "../view/use-gestures.ts";
import { ControlBar, ZoomFlash } from "./control-bar.tsx";
import type { Action } from "./core/actions.ts";
import { preloadActions, useActions } from "./use-actions.ts";
import { useHotkeys, useHotkeysEnabled } from "./use-hotkeys.ts";
import { useResting } from "./use-resting.ts";

const HelpSheet = loadLater(async () => (await import("./sheets.tsx")).HelpSheet);
const LinkSheet = loadLater(async () => (await import("./sheets.tsx")).LinkSheet);

const NO_ACTIONS: readonly Action[] = [];

function preload(): void {
  HelpSheet.preload();
  LinkSheet.preload();
  preloadActions();
}

type OpenSheet = { readonly type: "help" } | { readonly type: "link"; readonly link: string };

/**
 * @param props.hasPicture without a picture there is no bar, but the hotkeys that need no picture work
 * @param props.room undefined if no room can be watched; with no picture either, no hotkey works
 */
export function Controls(props: {
  readonly handle: PictureHandle;
  readonly stage: RefObject<HTMLElement | null>;
  readonly view: ViewState;
  readonly hasPicture: boolean;
  readonly room: string | undefined;
  readonly statistics: Toggle;
  readonly notify: (message: string) => void;
}) {
  const { handle, stage, view, hasPicture, room, statistics, notify } = props;
  const bar = useRef<HTMLElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const [sheet, setSheet] = useState<OpenSheet>();
  const { actions, recording } = useActions({
    ...{ handle, view, hasPicture, room, statistics, notify },
    help: () => setSheet({ type: "help" }),
    showLink: (link) => setSheet({ type: "link", link }),
  });
  useGestures(stage, view);
  const hotkeys = useHotkeysEnabled();
  useHotkeys(hotkeys.on && (room !== undefined || hasPicture) ? actions : NO_ACTIONS);
  const resting = useResting(bar, menuOpen || sheet !== undefined);
  useEffect(() => {
    // In full screen a pointer at rest is only in the way; `base.css` hides it there.
    document.documentElement.toggleAttribute("data-resting", resting && hasPicture);
    return () => document.documentElement.removeAttribute("data-resting");
  }, [resting, hasPicture]);
  useEffect(() => {
    if (!hasPicture) setMenuOpen(false);
  }, [hasPicture]);
  usePreload(preload, hasPicture);
  // A sheet reports some time later that it was closed. Another one may be open by then.
  const close = useCallback(() => setSheet((now) => (now === sheet ? undefined : now)), [sheet]);
  const onMissing = useCallback(() => {
    notify("This part of the page could not be loaded.");
    close();
  }, [notify, close]);
  return (
    <>
      {recording.since !== undefined && (
        <RecordingMark since={recording.since} stop={() => recording.toggle?.()} />
      )}
      <ZoomFlash view={view} />
      {hasPicture && (
        <ControlBar ref={bar} {...{ actions, view, menuOpen, setMenuOpen }} hidden={resting} />
      )}
      {sheet?.type === "help" && <HelpSheet.Part {...{ actions, hotkeys, close, onMissing }} />}
      {sheet?.type === "link" && <LinkSheet.Part link={sheet.link} {...{ close, onMissing }} />}
    </>
  );
}
