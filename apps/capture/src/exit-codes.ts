/** What the agent's exit code says; 0 is a stop that was asked for. Scripts that start the agent rely on these. */

/** Bad settings, or a refusal by the relay that trying again cannot help. */
export const EXIT_FAILED = 1;
/** There was no display to capture at start-up. */
export const EXIT_NO_DISPLAY = 3;
