/** The names of all settings: each program must know those of the others to recognise a misspelt one in `.env`. */

/** Settings that contain secrets. A file with one of them must be readable only by its owner. */
export const SECRET_SETTINGS: readonly string[] = [
  "AUTH_SECRET",
  "AUTH_SECRET_PREVIOUS",
  "PRODUCER_TOKEN",
];

export const RELAY_SETTINGS: readonly string[] = [
  "ALLOWED_ORIGINS",
  "AUTH_SECRET",
  "AUTH_SECRET_PREVIOUS",
  "FRAME_ANCESTORS",
  "HOST",
  "LINK_TTL",
  "LOG_LEVEL",
  "MAX_MESSAGE_BYTES",
  "MAX_PICTURE_MEMORY",
  "MAX_ROOMS",
  "MAX_VIEWERS_PER_ROOM",
  "METRICS_HOST",
  "METRICS_PORT",
  "PICTURE_TTL",
  "PORT",
  "QUERY_TOKENS",
  "STOP_DELAY",
  "TRANSPORT",
  "TRUST_PROXY",
  "VIEWER_URL",
];

/** The settings of the agent and of replay. */
export const AGENT_SETTINGS: readonly string[] = [
  "ADAPTIVE_QUALITY",
  "FRAME_RATE",
  "JPEG_QUALITY",
  "LOG_LEVEL",
  "MAX_DIMENSION",
  "MAX_QUALITY",
  "MONITOR",
  "PRODUCER_TOKEN",
  "ROOM",
  "SERVER_WS_URL",
  "VIEWER_URL",
];

/** Also known by their names in lower case. */
const PROXY_SETTINGS = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"];

/** Variables that the desktop or the system sets for all programs. The agent also accepts them from `.env`. */
export const SYSTEM_SETTINGS: readonly string[] = [
  ...PROXY_SETTINGS,
  ...PROXY_SETTINGS.map((name) => name.toLowerCase()),
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "XAUTHORITY",
  "XDG_SESSION_TYPE",
];
