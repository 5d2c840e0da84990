/** The JavaScript that a browser with workers loads before the picture shows. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const out = new URL("../../apps/viewer/out/", import.meta.url);

/** Gzipped; kilobytes of 1000 bytes are meant wherever it is shown. */
export const FIRST_LOAD_MAX_BYTES = 150_000;

const PROGRAM = /\bplayer\/player\.[\w-]+\.js/;

/** As the page names its files: relative to itself. */
const HERE = /^\.?\/?/;

/** The built page's scripts and the worker's program, each with its path from the server's root. Excludes scripts for browsers without modules. */
export async function firstLoadScripts() {
  const html = await readFile(new URL("index.html", out), "utf8");
  const tags = [...html.matchAll(/<script[^>]+src="([^"]+)"[^>]*>/g)];
  const paths = tags.filter(([tag]) => !/nomodule/i.test(tag)).map(([, src = ""]) => src);
  const pages = await Promise.all(paths.map(read));
  const [program] = pages.flatMap(({ text }) => PROGRAM.exec(text) ?? []);
  if (program === undefined) throw new Error("the page names no program for a worker");
  return [...pages, await read(program)].map(({ path, text }) => ({
    path,
    gzipBytes: gzipSync(text, { level: 9 }).length,
  }));
}

async function read(name: string) {
  const path = name.replace(HERE, "/");
  return { path, text: await readFile(new URL(`.${path}`, out), "utf8") };
}
