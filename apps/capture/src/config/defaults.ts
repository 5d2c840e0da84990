/** The agent's defaults, as a user would type them. */
import { RELAY_DEFAULTS } from "@screen-share/publish/node";

export const DEFAULTS = {
  ...RELAY_DEFAULTS,
  fps: "10",
  quality: "60",
  maxQuality: "90",
  adaptive: "on",
  maxDimension: "2560",
  source: "screen",
  encoder: "auto",
} as const;
