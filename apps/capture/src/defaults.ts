/** What holds where nothing was set, as it would be typed. */
import { DEFAULT_ROOM, PRODUCER_PATH } from "@screen-share/protocol";

export const DEFAULTS = {
  server: `ws://localhost:8000${PRODUCER_PATH}`,
  room: DEFAULT_ROOM,
  fps: "10",
  quality: "60",
  maxQuality: "90",
  adaptive: "on",
  maxDimension: "2560",
  source: "screen",
  encoder: "auto",
  speed: "1",
} as const;
