/** What the page and its worker say to each other. All of it is plain values, so that it can be cloned on the way. */
import type { Snapshot } from "./core/snapshot.ts";
import type { Drawn, EncodedPicture, PlayOptions } from "./handle.ts";
import type { Statistics } from "./meter/statistics.ts";

/** Page → worker. */
export type ToWorker =
  /** Comes first, and once; the canvas goes with it. */
  | ({ readonly type: "start"; readonly canvas: OffscreenCanvas } & Omit<PlayOptions, "onDrawn">)
  | { readonly type: "enter"; readonly room: string | undefined; readonly token?: string }
  | { readonly type: "retry" }
  | { readonly type: "online" | "offline" }
  | { readonly type: "visible"; readonly visible: boolean }
  /** Whether somebody looks at the statistics, which are made only then. */
  | { readonly type: "statistics"; readonly wanted: boolean }
  /** Asks for a PNG; `id` comes back with it. */
  | { readonly type: "png"; readonly id: number }
  /** Asks for the picture as it came. */
  | { readonly type: "encoded"; readonly id: number }
  /** Asks for a bitmap, which is handed over. */
  | { readonly type: "bitmap"; readonly id: number };

/** Worker → page. */
export type ToPage =
  /** Comes first, before anything was asked: whether this browser's workers can do what the player needs. */
  | { readonly type: "begun"; readonly able: boolean }
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "drawn"; readonly drawn: Drawn }
  | { readonly type: "statistics"; readonly statistics: Statistics | undefined }
  | { readonly type: "png"; readonly id: number; readonly blob: Blob }
  | { readonly type: "no png"; readonly id: number; readonly reason: string }
  | { readonly type: "encoded"; readonly id: number; readonly picture: EncodedPicture }
  | { readonly type: "no encoded"; readonly id: number; readonly reason: string }
  | { readonly type: "bitmap"; readonly id: number; readonly bitmap: ImageBitmap }
  | { readonly type: "no bitmap"; readonly id: number; readonly reason: string };
