/** What a browser loads before the page shows anything. */
import { FIRST_LOAD_MAX_BYTES, firstLoadScripts } from "../e2e/support/first-load.ts";
import { heading, say, table } from "./report.ts";

export async function pageBench(): Promise<void> {
  heading("First load of the page, gzip");
  const scripts = await firstLoadScripts();
  const kb = (bytes: number) => (bytes / 1000).toFixed(1);
  table(scripts.map(({ path, gzipBytes }) => ({ script: path, "gzip KB": kb(gzipBytes) })));
  const total = scripts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  say(
    `\nJavaScript: ${kb(total)} KB of a budget of ${kb(FIRST_LOAD_MAX_BYTES)}, including the worker's program.`,
  );
}
