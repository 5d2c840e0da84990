/** The commands of the documentation: a shell can read all of them, and those that write secrets write them where nobody else can read. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnvFile } from "@screen-share/program";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" });

/** A fenced block of shell commands. */
interface Snippet {
  readonly where: string;
  readonly text: string;
}

const texts = pages
  .trimEnd()
  .split("\n")
  .map((page) => ({ page, text: readFileSync(path.join(root, page), "utf8") }));

const snippets: Snippet[] = texts.flatMap(({ page, text }) => {
  return [...text.matchAll(/^```(?:sh|bash|shell)\n(.*?)^```$/gms)].map((match) => ({
    where: `${page}:${text.slice(0, match.index).split("\n").length}`,
    text: match[1] ?? "",
  }));
});

/** Names that hold a secret, and are given a value. */
const SECRET = /^(AUTH_SECRET|PRODUCER_TOKEN)=./m;
const writing = snippets.filter(
  ({ text }) => /(AUTH_SECRET|PRODUCER_TOKEN)=/.test(text) && />\s*[^\s&|]+/.test(text),
);

/** What the snippets use of a system; everything else that they call does nothing. */
const REAL = ["bash", "cat", "chmod", "cp", "env", "install", "mkdir", "openssl", "sh"];
const PRETENDED = [
  "certbot",
  "curl",
  "docker",
  "fly",
  "git",
  "grep",
  "journalctl",
  "npm",
  "npx",
  "pnpm",
  "systemctl",
];

/** Runs a snippet as a person would, with a usual umask, in a folder of its own. @returns that folder */
function run({ text }: Snippet): string {
  const folder = mkdtempSync(path.join(tmpdir(), "snippet-"));
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  for (const name of REAL) {
    const found = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    symlinkSync(found, path.join(bin, name));
  }
  for (const name of PRETENDED) writeFileSync(path.join(bin, name), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(path.join(bin, "sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  // What it would write to the system goes to the folder, which looks like a checkout.
  const script = `umask 022\n${text.replaceAll("/etc/", `${folder}/etc/`)}`;
  mkdirSync(path.join(folder, "docker"));
  mkdirSync(path.join(folder, "etc/systemd/system"), { recursive: true });
  cpSync(path.join(root, "docs/examples"), path.join(folder, "docs/examples"), { recursive: true });
  const example = readFileSync(path.join(root, "docker/env.example"));
  writeFileSync(path.join(folder, "docker/env.example"), example);
  const env = { PATH: bin, HOME: folder, USER: "somebody" };
  const { status, stderr } = spawnSync("bash", ["-c", script], {
    cwd: folder,
    env,
    input: "token\n",
  });
  expect([status, stderr.toString()]).toEqual([0, ""]);
  return folder;
}

function filesWithSecrets(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile() && SECRET.test(readFileSync(file, "utf8")));
}

describe("the documentation's commands", () => {
  it("are found, in README and elsewhere", () => {
    expect(snippets.length).toBeGreaterThan(30);
    expect(writing.map(({ where }) => where.replace(/:\d+$/, ""))).toEqual(
      expect.arrayContaining(["README.md", "docs/deploy-elsewhere.md", "docs/docker.md"]),
    );
  });

  it.each(snippets)("can be read by a shell: $where", ({ text }) => {
    // A word in angle brackets stands for what the reader knows.
    const input = text.replaceAll(/<[a-z ]+>/g, "WORD");
    const { status, stderr } = spawnSync("bash", ["-n"], { input });
    expect([status, stderr.toString()]).toEqual([0, ""]);
  });

  it.each(writing)("write secrets only where nobody else can read them: $where", (snippet) => {
    for (const file of filesWithSecrets(run(snippet))) {
      expect(`${path.basename(file)} ${(statSync(file).mode & 0o777).toString(8)}`).toBe(
        `${path.basename(file)} 600`,
      );
    }
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documentation's links", () => {
  const links = texts.flatMap(({ page, text }) =>
    [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, to = "", anchor]) => ({
      page,
      file: path.join(root, to === "" ? page : path.join(path.dirname(page), to)),
      anchor,
    })),
  );

  it("lead to files and headings that exist", () => {
    const broken = links.filter(({ file, anchor }) => {
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(file, "utf8")).includes(anchor);
    });
    expect(links.length).toBeGreaterThan(80);
    expect(broken.map(({ page, file, anchor }) => `${page}: ${file}#${anchor}`)).toEqual([]);
  });
});

describe("README", () => {
  it("has at most 120 lines", () => {
    expect(readFileSync(path.join(root, "README.md"), "utf8").split("\n").length).toBeLessThan(122);
  });
});

describe("README's recipe for a secret", () => {
  const recipe = writing.find(
    ({ where, text }) => where.startsWith("README.md") && /\.env/.test(text),
  );

  it("makes a .env that the relay understands", () => {
    if (!recipe) throw new Error("README has no recipe any more");
    const file = path.join(run(recipe), ".env");
    const { AUTH_SECRET = "", ...others } = parseEnvFile(readFileSync(file))?.values ?? {};
    expect(AUTH_SECRET.length).toBeGreaterThanOrEqual(44);
    expect(others).toEqual({
      VIEWER_URL: "https://screen.example.com/",
      TRUST_PROXY: "x-forwarded-for",
    });
  });

  it("closes a .env that was there before and that others could read", () => {
    if (!recipe) throw new Error("README has no recipe any more");
    const before = "echo old > .env && chmod 644 .env\n";
    const file = path.join(run({ ...recipe, text: before + recipe.text }), ".env");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain("old");
  });
});
