/** What can be done with the picture and the page now: the table of actions, filled in. */
import { useSyncExternalStore } from "react";
import { type Action, actionsOf, type Toggle } from "../components/core/actions.ts";
import { fileName } from "../components/core/file-name.ts";
import { canCopyPictures, copyPng, copyText } from "../controls/clipboard.ts";
import { download } from "../controls/save-file.ts";
import { panBy } from "../player/core/view.ts";
import type { ViewState } from "../player/core/view-state.ts";
import { stepZoom } from "../player/core/zoom-steps.ts";
import { loadFloating, useFloating } from "./use-floating.ts";
import { useFullScreen } from "./use-full-screen.ts";
import type { PictureHandle } from "./use-player.ts";
import { loadRecorder, type RecordingState, useRecording } from "./use-recording.ts";

export interface ActionParts {
  readonly handle: PictureHandle;
  readonly view: ViewState;
  readonly hasPicture: boolean;
  /** Undefined while there is none to be watched. */
  readonly room: string | undefined;
  readonly statistics: Toggle;
  /** Says what came of it. */
  readonly tell: (words: string) => void;
  /** Opens the help sheet. */
  readonly help: () => void;
  /** Shows a link that the clipboard did not take. */
  readonly showLink: (link: string) => void;
}

export function useActions(parts: ActionParts): {
  readonly actions: readonly Action[];
  readonly recording: RecordingState;
} {
  const { handle, view, hasPicture, room, statistics, tell, help } = parts;
  const mode = useSyncExternalStore(view.subscribe, view.getMode);
  const fullScreen = useFullScreen();
  const floating = useFloating(handle, tell);
  const recording = useRecording(handle, { room, tell });
  const actions = actionsOf({
    hasPicture,
    mode,
    setMode: (wanted) => view.setMode(wanted),
    zoom: (direction) => view.change((now, scene) => stepZoom(now, direction, scene)),
    pan: (across, down) =>
      view.change((now, scene) => {
        const { width, height } = scene.box;
        // The eye goes right, so the picture goes left.
        return panBy(now, { x: -across * width, y: -down * height }, scene);
      }),
    fullScreen,
    pictureInPicture: floating,
    recording: recording.toggle && {
      on: recording.since !== undefined,
      toggle: recording.toggle,
    },
    statistics,
    saveSnapshot: () => void saveSnapshot(parts),
    copyPicture: canCopyPictures() ? () => void copyPicture(parts) : undefined,
    copyLink: () => void copyLink(parts),
    help,
  });
  return { actions, recording };
}

/** Loads the parts of it that are not here yet. */
export function loadDeeds(): void {
  for (const load of [loadRecorder, loadFloating]) load().catch(() => {});
}

async function saveSnapshot({ handle, room, tell }: ActionParts): Promise<void> {
  try {
    const name = fileName(room, new Date(), "png");
    download(await handle.snapshotPng(), name);
    tell("Snapshot saved.");
  } catch {
    tell("The snapshot could not be saved.");
  }
}

async function copyPicture({ handle, tell }: ActionParts): Promise<void> {
  const copied = await copyPng(handle.snapshotPng());
  tell(copied ? "Picture copied." : "The browser did not let the picture be copied.");
}

async function copyLink({ handle, tell, showLink }: ActionParts): Promise<void> {
  const link = handle.link();
  if (await copyText(link)) tell("Link copied. It opens this room for whoever has it.");
  else showLink(link);
}
