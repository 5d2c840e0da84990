/** What can be done with the picture and the page now: the table of actions, filled in. */
import { useSyncExternalStore } from "react";
import { readsTrue } from "../keep/canvas-readback.ts";
import { canCopyPictures, copyPng, copyText } from "../keep/clipboard.ts";
import { fileName } from "../keep/core/file-name.ts";
import type { PictureHandle } from "../keep/mirror.ts";
import { download } from "../keep/save-file.ts";
import { loadFloating, useFloating } from "../keep/use-floating.ts";
import { loadRecorder, NOISE, type RecordingState, useRecording } from "../keep/use-recording.ts";
import { loadPart, MissingPart } from "../ui/load-part.ts";
import { panBy } from "../view/core/view.ts";
import type { ViewState } from "../view/core/view-state.ts";
import { stepZoom } from "../view/core/zoom-steps.ts";
import { type Action, actionsOf, type Toggle } from "./core/actions.ts";
import { useFullScreen } from "./use-full-screen.ts";

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
    const isTrue = readsTrue(document);
    const name = fileName(room, new Date(), isTrue ? "png" : "jpg");
    download(await (isTrue ? handle.snapshotPng() : snapshotJpeg(handle)), name);
    tell(isTrue ? "Snapshot saved." : "Snapshot saved as a JPEG.");
  } catch (error) {
    tell(error instanceof MissingPart ? error.message : "The snapshot could not be saved.");
  }
}

/** Made of the tiles as they came: what this browser reads of a canvas is noise. */
async function snapshotJpeg(handle: PictureHandle): Promise<Blob> {
  const { composeJpeg } = await loadComposer();
  return new Blob([composeJpeg(await handle.encoded())], { type: "image/jpeg" });
}

const loadComposer = () => loadPart(() => import("../keep/compose-jpeg.ts"));

async function copyPicture({ handle, tell }: ActionParts): Promise<void> {
  if (!readsTrue(document)) return tell(`${NOISE} Save a snapshot instead.`);
  const copied = await copyPng(handle.snapshotPng());
  tell(copied ? "Picture copied." : "The browser did not let the picture be copied.");
}

async function copyLink({ handle, tell, showLink }: ActionParts): Promise<void> {
  const link = handle.link();
  if (await copyText(link)) tell("Link copied. It opens this room for whoever has it.");
  else showLink(link);
}
