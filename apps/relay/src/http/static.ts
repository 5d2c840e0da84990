/**
 * The built viewer, so that one process is the whole product on one machine. All files are read and compressed at boot and
 * found by their exact name: no request ever touches the disk.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { type HttpReply, type HttpRequest, textReply } from "./reply.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
/** These are compressed as they are. */
const PACKED: readonly string[] = [".png", ".woff2"];

interface StaticFile {
  readonly bytes: Uint8Array;
  readonly gzip: Uint8Array | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/** Files by the path that a browser asks for. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/**
 * Reads a static export.
 * @returns its files; none if the folder does not exist
 */
export async function loadStaticFiles(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  const files = new Map<string, StaticFile>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const absolute = path.join(entry.parentPath, entry.name);
    const name = `/${path.relative(folder, absolute).split(path.sep).join("/")}`;
    files.set(name, staticFile(name, await readFile(absolute)));
  }
  const index = files.get("/index.html");
  if (index) files.set("/", index);
  return files;
}

function staticFile(name: string, bytes: Uint8Array): StaticFile {
  const extension = path.extname(name);
  const hashed = name.startsWith("/_next/static/");
  return {
    bytes,
    gzip: PACKED.includes(extension) ? undefined : gzipSync(bytes, { level: 9 }),
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    headers: {
      "Content-Type": CONTENT_TYPES[extension] ?? "application/octet-stream",
      "Cache-Control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
    },
  };
}

/** The file that is asked for, or 404. */
export function serveStatic(files: StaticFiles, { path: name, headers }: HttpRequest): HttpReply {
  const file = files.get(decoded(name));
  if (!file) {
    const unbuilt = name === "/" ? " The viewer is not built: run `pnpm build`." : "";
    return textReply(404, `There is nothing here.${unbuilt}`);
  }
  const validators = { ...file.headers, ETag: file.etag, Vary: "Accept-Encoding" };
  if (headers.get("if-none-match") === file.etag) {
    return { status: 304, headers: validators, body: "" };
  }
  const gzipped = file.gzip && /\bgzip\b(?!\s*;\s*q=0)/.test(headers.get("accept-encoding") ?? "");
  return gzipped && file.gzip
    ? { status: 200, headers: { ...validators, "Content-Encoding": "gzip" }, body: file.gzip }
    : { status: 200, headers: validators, body: file.bytes };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
