import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WholeReply } from "./reply.ts";
import { loadStaticFiles, serveStatic } from "./static.ts";

const POLICY = "default-src 'none'; script-src 'self' 'sha256-x='";
const FILES = {
  "secret.txt": "nobody's",
  "site/index.html": `<html><head><meta charSet="utf-8"/><meta http-equiv="Content-Security-Policy" content="${POLICY}"/></head></html>`,
  "site/404.html": `<html><head><meta http-equiv="Content-Security-Policy" content="${POLICY}"/></head><body>nowhere</body></html>`,
  "site/plain.html": "<html><head></head></html>",
  "site/_next/static/a.js": "1",
  "site/player/player.hash.js": "2",
  "site/embed.js": "2",
  "site/icon.svg": "<svg/>",
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "screen-share-static-"));
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
});
afterAll(() => rm(folder, { recursive: true }));

async function get(
  name: string,
  options: { frameAncestors?: string; headers?: [string, string][] } = {},
): Promise<WholeReply> {
  const files = await loadStaticFiles(path.join(folder, "site"), options);
  return serveStatic(files, { path: name, headers: new Map(options.headers) });
}

it("other sites may load files if some of them may frame the page", async () => {
  const { headers } = await get("/", { frameAncestors: "https://a.example" });
  expect(headers).not.toHaveProperty("Cross-Origin-Resource-Policy");
});

describe("a page", () => {
  it("is sent with its own policy plus frame-ancestors", async () => {
    const { status, headers } = await get("/");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "Content-Security-Policy": `${POLICY}; frame-ancestors 'none'`,
      "X-Frame-Options": "DENY",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      "Permissions-Policy": expect.stringMatching(/^camera=\(\), .*fullscreen=\(self\)/),
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
  });

  it("may be framed by named origins, for which X-Frame-Options is omitted", async () => {
    const { headers } = await get("/", { frameAncestors: "https://a.example https://b.example" });
    expect(headers["Content-Security-Policy"]).toBe(
      `${POLICY}; frame-ancestors https://a.example https://b.example`,
    );
    expect(headers).not.toHaveProperty("X-Frame-Options");
  });

  it("without a policy gets a strict one", async () => {
    const { headers } = await get("/plain.html");
    expect(headers["Content-Security-Policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  it("that has not changed is 304 with the same policy", async () => {
    const { headers } = await get("/");
    const again = await get("/", { headers: [["if-none-match", headers.ETag ?? ""]] });
    expect(again.status).toBe(304);
    expect(again.headers).toEqual(headers);
  });
});

it("other files have a fixed type and no policy", async () => {
  for (const name of ["/_next/static/a.js", "/icon.svg"]) {
    const { headers } = await get(name);
    expect(headers).toMatchObject({
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
    });
    expect(headers).not.toHaveProperty("Content-Security-Policy");
  }
});

it("files with a hash in their name are cached forever, others are revalidated", async () => {
  const kept = async (name: string) => (await get(name)).headers["Cache-Control"];
  for (const name of ["/_next/static/a.js", "/player/player.hash.js"]) {
    expect(await kept(name)).toBe("public, max-age=31536000, immutable");
  }
  for (const name of ["/", "/icon.svg"]) expect(await kept(name)).toBe("no-cache");
});

it("only the embedding script may be loaded by every origin (P-93)", async () => {
  const shared = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
  };
  const { status, headers } = await get("/embed.js");
  expect(status).toBe(200);
  expect(headers).toMatchObject({ ...shared, "Content-Type": "text/javascript; charset=utf-8" });
  for (const name of ["/", "/_next/static/a.js", "/icon.svg"]) {
    const own = (await get(name)).headers;
    expect(own).not.toHaveProperty("Access-Control-Allow-Origin");
    expect(own).toHaveProperty("Cross-Origin-Resource-Policy", "same-origin");
  }
});

describe("a path", () => {
  it("that is not a file's exact name is 404", async () => {
    const tricks = [
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/%2e%2e%2fsecret.txt",
      "/%252e%252e%252fsecret.txt",
      "/..\\secret.txt",
      "/..%5csecret.txt",
      "/_next/../../secret.txt",
      "/_next/../index.html",
      "/./index.html",
      "//index.html",
      "/index.html/",
      "/index.html%00",
      "/index.html%00.svg",
      "/%00",
      "/INDEX.html",
      "/_next",
      "/_next/static/",
      "/__proto__",
      "/constructor",
      "/toString",
      "index.html",
      "",
      "/%",
      "/%E0%A4%A",
      "/%ff",
      `/${"a".repeat(1_000_000)}`,
      `/${"../".repeat(10_000)}secret.txt`,
      `/${"%2e%2e%2f".repeat(10_000)}etc/passwd`,
    ];
    for (const trick of tricks) {
      const reply = await get(trick);
      expect([trick.slice(0, 40), reply.status]).toEqual([trick.slice(0, 40), 404]);
      expect(String("body" in reply && reply.body)).toMatch(/^There is nothing here\./);
    }
  });

  it("that does not exist is a page for browsers, and one line of text for other clients", async () => {
    for (const accept of ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html"]) {
      const reply = await get("/nothing", { headers: [["accept", accept]] });
      expect(reply).toMatchObject({
        status: 404,
        headers: {
          "Content-Type": "text/html; charset=utf-8",
          "Content-Security-Policy": `${POLICY}; frame-ancestors 'none'`,
        },
      });
      expect(String("body" in reply && reply.body)).toContain("nowhere");
    }
    for (const accept of ["*/*", "image/jpeg", ""]) {
      const reply = await get("/nothing", { headers: [["accept", accept]] });
      expect(String("body" in reply && reply.body)).toMatch(/^There is nothing here\./);
    }
  });

  it("without a build is also 404", async () => {
    const files = await loadStaticFiles(path.join(folder, "nowhere"));
    expect(serveStatic(files, { path: "/", headers: new Map() }).status).toBe(404);
  });
});
