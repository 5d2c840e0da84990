/** What a browser loads before it shows anything. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { heading, say, table } from "./report.ts";

const out = new URL("../apps/viewer/out/", import.meta.url);

export async function pageBench(): Promise<void> {
  heading("First load of the page, gzip");
  const html = await readFile(new URL("index.html", out), "utf8");
  const scripts = new Set(
    [...html.matchAll(/<script[^>]+src="([^"]+)"([^>]*)>/g)]
      .filter(([tag]) => !/nomodule/i.test(tag))
      .map(([, src = ""]) => src),
  );
  let total = 0;
  const rows = [];
  for (const src of scripts) {
    const bytes = gzipSync(await readFile(new URL(`.${src}`, out)), { level: 9 }).length;
    total += bytes;
    rows.push({ script: src.split("/").at(-1) ?? src, "gzip KB": (bytes / 1000).toFixed(1) });
  }
  table(rows);
  say(`\nJavaScript: ${(total / 1000).toFixed(1)} KB of a budget of 200.`);
}
