/**
 * Serves the built viewer. All files are read and compressed at boot and found by their exact name: no request ever touches the disk. Each
 * page brings its own policy; the relay adds who may frame it.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { lookup } from "mrmime";
import { type HttpRequest, isKnown, textReply, type WholeReply } from "./reply.ts";

/** The policy that a page brings (`apps/viewer/scripts/csp.ts`). */
const PAGE_POLICY = /<meta http-equiv="Content-Security-Policy" content="([^"\r\n]+)"/;
/** For a page that brings none. */
const STRICT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'";
const NONE = "'none'";
/** Browser features that our pages may use (Permissions Policy, §5). `vercel.json` has the same list. */
const PERMISSIONS =
  "camera=(), microphone=(), display-capture=(), geolocation=(), fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self)";

/** Files whose names contain a hash of their content. */
const HASHED = /^\/(?:_next\/static|player)\//;
/** File types that are compressed already. */
const PACKED: readonly string[] = [".png", ".woff2"];
/** Pages of other sites load this file (docs/embedding.md). It contains nothing about this relay. */
const FOR_EVERY_PAGE = "/embed.js";

interface StaticFile {
  readonly bytes: Uint8Array;
  readonly gzip: Uint8Array | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

/** Files by the path that a browser requests. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/**
 * Reads a static export, which may be missing.
 * @param options.frameAncestors the CSP sources that may frame its pages (CSP Level 3, §6.4.2)
 */
export async function loadStaticFiles(
  folder: string,
  { frameAncestors = NONE }: { readonly frameAncestors?: string } = {},
): Promise<StaticFiles> {
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
    files.set(name, staticFile(name, await readFile(absolute), frameAncestors));
  }
  const index = files.get("/index.html");
  if (index) files.set("/", index);
  return files;
}

function staticFile(name: string, bytes: Buffer, frameAncestors: string): StaticFile {
  const extension = path.extname(name);
  const type = lookup(name) ?? "application/octet-stream";
  return {
    bytes,
    gzip: PACKED.includes(extension) ? undefined : gzipSync(bytes, { level: 9 }),
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    headers: {
      "Content-Type": type.startsWith("text/") ? `${type}; charset=utf-8` : type,
      "Cache-Control": HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      ...originHeaders(name, frameAncestors),
      ...(extension === ".html" ? pageHeaders(bytes.toString(), frameAncestors) : {}),
    },
  };
}

/** Other sites may not load our other files (Fetch §3.8), unless some may frame the page. */
function originHeaders(name: string, frameAncestors: string): StaticFile["headers"] {
  // CORS, for module scripts of another origin (HTML, §8.1.4.2), and a resource policy for pages with COEP.
  return name === FOR_EVERY_PAGE
    ? { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" }
    : frameAncestors === NONE
      ? { "Cross-Origin-Resource-Policy": "same-origin" }
      : {};
}

function pageHeaders(html: string, frameAncestors: string): StaticFile["headers"] {
  const policy = PAGE_POLICY.exec(html)?.[1] ?? STRICT_POLICY;
  return {
    "Content-Security-Policy": `${policy}; frame-ancestors ${frameAncestors}`,
    "Permissions-Policy": PERMISSIONS,
    // Pages that open this one, or are opened by it, cannot access its window (HTML §7.1.3).
    "Cross-Origin-Opener-Policy": "same-origin",
    // For browsers without frame-ancestors; it cannot name origins.
    ...(frameAncestors === NONE ? { "X-Frame-Options": "DENY" } : {}),
  };
}

/** The requested file, or 404, with a page for clients that accept HTML. */
export function serveStatic(
  files: StaticFiles,
  { path: name, headers }: Pick<HttpRequest, "path" | "headers">,
): WholeReply {
  const file = files.get(decoded(name));
  if (!file) return notFound(files, name, headers);
  const { body, encoding } = packedFor(headers, file);
  const validators = { ...file.headers, ETag: file.etag, Vary: "Accept-Encoding" };
  if (isKnown(headers, file.etag)) {
    return { status: 304, headers: validators, bodyLength: body.length };
  }
  return { status: 200, headers: { ...validators, ...encoding }, body };
}

function notFound(files: StaticFiles, name: string, headers: HttpRequest["headers"]): WholeReply {
  const page = files.get("/404.html");
  if (page && /\btext\/html\b/.test(headers.get("accept") ?? "")) {
    const { body, encoding } = packedFor(headers, page);
    const vary = { Vary: "Accept, Accept-Encoding" };
    return { status: 404, headers: { ...page.headers, ...encoding, ...vary }, body };
  }
  const unbuilt = name === "/" ? " The viewer is not built: run `pnpm build`." : "";
  return textReply(404, `There is nothing here.${unbuilt}`);
}

function packedFor(headers: HttpRequest["headers"], { bytes, gzip }: StaticFile) {
  const gzipped = /\bgzip\b(?!\s*;\s*q=0)/.test(headers.get("accept-encoding") ?? "");
  return gzipped && gzip
    ? { body: gzip, encoding: { "Content-Encoding": "gzip" } }
    : { body: bytes, encoding: {} };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
