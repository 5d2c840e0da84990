/** All that a person can do with the picture: the bar, the hotkeys, and what these open. */
import { Suspense, useEffect, useRef, useState } from "react";
import { useActions } from "../hooks/use-actions.ts";
import { useHotkeys } from "../hooks/use-hotkeys.ts";
import { useNotice } from "../hooks/use-notice.ts";
import type { PictureHandle } from "../hooks/use-player.ts";
import { useResting } from "../hooks/use-resting.ts";
import type { ViewState } from "../player/core/view-state.ts";
import { ControlBar } from "./control-bar.tsx";
import type { Action, Toggle } from "./core/actions.ts";
import { loadLater } from "./load-later.ts";
import { RecordingMark } from "./recording-mark.tsx";
import { ZoomFlash } from "./zoom-flash.tsx";

const HelpSheet = loadLater(async () => (await import("./help-sheet.tsx")).HelpSheet);
const LinkDialog = loadLater(async () => (await import("./link-dialog.tsx")).LinkDialog);

const NOTHING: readonly Action[] = [];

type Open = { readonly sheet: "help" } | { readonly sheet: "link"; readonly link: string };

/**
 * @param props.hasPicture without one there is no bar, but the keys that need none work
 * @param props.room undefined: there is none to be watched, and the page asks for another; then no key does anything
 * @param props.statistics what shows and hides them, for the button and its key
 */
export function Controls(props: {
  readonly handle: PictureHandle;
  readonly view: ViewState;
  readonly hasPicture: boolean;
  readonly room: string | undefined;
  readonly statistics: Toggle;
}) {
  const { handle, view, hasPicture, room, statistics } = props;
  const bar = useRef<HTMLElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const [open, setOpen] = useState<Open>();
  const { notice, tell } = useNotice();
  const { actions, recording } = useActions({
    ...{ handle, view, hasPicture, room, statistics, tell },
    help: () => setOpen({ sheet: "help" }),
    showLink: (link) => setOpen({ sheet: "link", link }),
  });
  useHotkeys(room === undefined ? NOTHING : actions);
  const resting = useResting(bar, menuOpen || open !== undefined);
  useHiddenPointer(resting && hasPicture);
  // A sheet tells that it is closed some time after: by then another may be open.
  const close = () => setOpen((now) => (now === open ? undefined : now));
  return (
    <>
      <div className="controls-place">
        {recording.since !== undefined && (
          <RecordingMark since={recording.since} stop={() => recording.toggle?.()} />
        )}
        <p role="status" className="told" data-testid="notice">
          {notice?.words}
        </p>
        <ZoomFlash view={view} />
        {hasPicture && (
          <ControlBar ref={bar} {...{ actions, view, menuOpen, setMenuOpen }} hidden={resting} />
        )}
      </div>
      <Suspense>
        {open?.sheet === "help" && <HelpSheet actions={actions} close={close} />}
        {open?.sheet === "link" && <LinkDialog link={open.link} close={close} />}
      </Suspense>
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
