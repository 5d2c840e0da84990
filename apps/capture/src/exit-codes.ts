/** The agent's exit codes, which scripts rely on. 0 means that it was stopped. */

/** Invalid settings, or a refusal by the relay that trying again cannot help. */
export const EXIT_FAILED = 1;
/** There was no display to capture at start. */
export const EXIT_NO_DISPLAY = 3;
