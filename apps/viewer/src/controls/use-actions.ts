/** The table of actions, filled with the current state of the page and its handlers. */
import { useSyncExternalStore } from "react";
import { canCopyPictures, copyText } from "../keep/clipboard.ts";
import type { PictureHandle } from "../keep/mirror.ts";
import { copyPicture, saveSnapshot } from "../keep/snapshot.ts";
import { loadFloating, useFloating } from "../keep/use-floating.ts";
import { loadRecorder, type RecordingState, useRecording } from "../keep/use-recording.ts";
import type { Toggle } from "../ui/core/toggle.ts";
import type { ViewState } from "../view/core/view-state.ts";
import { panBy, stepZoom } from "../view/core/zoom.ts";
import { type Action, actionsOf } from "./core/actions.ts";

export function useActions(page: {
  readonly handle: PictureHandle;
  readonly view: ViewState;
  readonly hasPicture: boolean;
  /** Undefined while no room can be watched. */
  readonly room: string | undefined;
  readonly statistics: Toggle;
  readonly notify: (message: string) => void;
  readonly help: () => void;
  /** Shows a link that could not be copied. */
  readonly showLink: (link: string) => void;
}): { readonly actions: readonly Action[]; readonly recording: RecordingState } {
  const { handle, view, hasPicture, room, statistics, notify, help, showLink } = page;
  const mode = useSyncExternalStore(view.subscribe, view.getMode);
  const fullScreen = useFullScreen();
  const pictureInPicture = useFloating(handle, notify);
  const recording = useRecording(handle, { room, notify });
  const copyLink = async () => {
    const link = handle.link();
    if (await copyText(link)) notify("Link copied. Anyone who has it can open this room.");
    else showLink(link);
  };
  const actions = actionsOf({
    ...{ hasPicture, mode, fullScreen, pictureInPicture, statistics, help },
    setMode: (wanted) => view.setMode(wanted),
    zoom: (direction) => view.change((now, scene) => stepZoom(now, direction, scene)),
    pan: (across, down) =>
      view.change((now, scene) => {
        const { width, height } = scene.box;
        // The visible part moves right, so the picture moves left.
        return panBy(now, { x: -across * width, y: -down * height }, scene);
      }),
    recording: recording.toggle && { on: recording.since !== undefined, toggle: recording.toggle },
    saveSnapshot: async () => notify(await saveSnapshot(handle, room)),
    copyPicture: canCopyPictures() ? async () => notify(await copyPicture(handle)) : undefined,
    copyLink,
  });
  return { actions, recording };
}

export function preloadActions(): void {
  for (const load of [loadRecorder, loadFloating]) load().catch(() => {});
}

function subscribeToFullScreen(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

/** Undefined where the browser cannot, as on iPhones, or where a frame may not. */
function useFullScreen(): Toggle | undefined {
  const on = useSyncExternalStore(subscribeToFullScreen, isFullScreen, () => false);
  if (typeof document === "undefined" || !document.fullscreenEnabled) return undefined;
  const toggle = () => {
    const change = isFullScreen()
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen({ navigationUI: "hide" });
    // Refused, as without a user's action: nothing changes, and the button shows that.
    change.catch(() => {});
  };
  return { on, toggle };
}

function isFullScreen(): boolean {
  return document.fullscreenElement !== null;
}
