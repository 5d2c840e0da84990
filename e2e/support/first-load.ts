/** The JavaScript that a browser with workers loads before the picture shows. */
import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const out = new URL("../../apps/viewer/out/", import.meta.url);

/** Gzipped; kilobytes of 1000 bytes are meant wherever it is shown. */
export const FIRST_LOAD_MAX_BYTES = 150_000;

export interface Script {
  /** From the server's root, with its slash. */
  readonly path: string;
  readonly gzipBytes: number;
}

/** The built page's scripts, and its worker's program. Not those for browsers without modules, which no other loads. */
export async function firstLoadScripts(): Promise<readonly Script[]> {
  const html = await readFile(new URL("index.html", out), "utf8");
  const tags = [...html.matchAll(/<script[^>]+src="([^"]+)"[^>]*>/g)];
  const pages = tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src = ""]) => src);
  const programs = (await readdir(new URL("player/", out))).map((name) => `/player/${name}`);
  const paths = [...new Set([...pages, ...programs])];
  return await Promise.all(
    paths.map(async (path) => ({
      path,
      gzipBytes: gzipSync(await readFile(new URL(`.${path}`, out)), { level: 9 }).length,
    })),
  );
}
