/** The workflows use only existing commands of ours, actions pinned by content, and no more rights than they need. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = path.join(root, ".github/workflows");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
/** Members that are not named here are refused, so that a typing error is one. */
const step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const common = {
  name: z.string().optional(),
  if: z.string().optional(),
  needs: z.string().optional(),
  permissions: permissions.optional(),
};
const called = z.strictObject({
  ...common,
  uses: z.string().startsWith("./.github/workflows/"),
  with: z.record(z.string(), z.boolean()).optional(),
});
const job = z.strictObject({
  ...common,
  "runs-on": z.literal("ubuntu-24.04"),
  "timeout-minutes": z.number().max(60),
  strategy: z.record(z.string(), z.unknown()).optional(),
  container: z.strictObject({ image: z.string(), options: z.string() }).optional(),
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: permissions.optional(),
  concurrency: z.record(z.string(), z.unknown()).optional(),
  jobs: z.record(z.string(), z.union([called, job])),
});

const files = readdirSync(folder);
const workflows = files.map((file) => {
  const text = read(`.github/workflows/${file}`);
  return { file, text, content: workflow.parse(parse(text)) };
});
const jobs = workflows.flatMap(({ file, content }) =>
  Object.entries(content.jobs).map(([id, each]) => ({ file, id, job: each })),
);
const steps = jobs.flatMap(({ job }) => ("steps" in job ? job.steps : []));

describe("the workflows", () => {
  it("are those of CONTRIBUTING.md, as GitHub's syntax has it", () => {
    expect(files.sort()).toEqual(["check.yml", "image.yml", "release.yml"]);
    for (const { run, uses } of steps) expect([run, uses].filter(Boolean)).toHaveLength(1);
    for (const { file, job } of jobs) {
      const others = Object.keys(workflows.find((one) => one.file === file)?.content.jobs ?? {});
      if (job.needs !== undefined) expect(others).toContain(job.needs);
      if ("uses" in job) expect(existsSync(path.join(root, job.uses))).toBe(true);
    }
  });

  it("run commands that there are", () => {
    const { scripts } = JSON.parse(read("package.json"));
    // pnpm's own.
    const commands = [...Object.keys(scripts), "install"];
    const runs = steps.flatMap(({ run }) => run ?? []);
    const asked = runs.flatMap((run) => /^pnpm (?:--\S+ )*(\S+)/.exec(run)?.[1] ?? []);
    expect(new Set(asked)).toEqual(
      new Set(["install", "lint", "build", "typecheck", "release:notes"]),
    );
    for (const command of asked) expect(commands).toContain(command);
    expect(runs).toContain(".ci/run");
    expect(existsSync(path.join(root, ".ci/run"))).toBe(true);
  });

  it("are half of what `pnpm check` is, and the tests the other half", () => {
    const { check } = JSON.parse(read("package.json")).scripts;
    const halves = workflows.find(({ file }) => file === "check.yml")?.content.jobs.lint;
    const runs = halves && "steps" in halves ? halves.steps.flatMap(({ run }) => run ?? []) : [];
    const parts = runs.filter((run) => /^pnpm (?!install)/.test(run));
    expect([...parts, "pnpm test"].join(" && ")).toBe(check);
    expect(read(".ci/run")).toContain("pnpm@10 test");
  });

  it("name each action by the hash of a commit, with its version beside it, and the same one everywhere", () => {
    const pins = new Map<string, string>();
    const lines = workflows.flatMap(({ text }) => text.match(/uses: (?!\.\/).*/g) ?? []);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      const [action = "", pin = ""] = line.split("@");
      expect(pins.get(action) ?? pin).toBe(pin);
      pins.set(action, pin);
    }
  });

  it("may read, and write only what a release is made of", () => {
    const writers = jobs.flatMap(({ file, id, job }) =>
      Object.entries(job.permissions ?? {})
        .filter(([, right]) => right === "write")
        .map(([what]) => `${file} ${id} ${what}`),
    );
    expect(writers).toEqual(["release.yml image packages", "release.yml page contents"]);
    for (const { content } of workflows) {
      // One that is only called has the rights of its caller.
      const onlyCalled = Object.keys(content.on).join() === "workflow_call";
      expect(content.permissions).toEqual(onlyCalled ? undefined : { contents: "read" });
    }
  });

  it("leave no token in the checkout, and write no text of others into a script", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const { with: options } of checkouts) {
      expect(options).toMatchObject({ "persist-credentials": false });
    }
    for (const { run } of steps) expect(run ?? "").not.toContain("${{");
  });
});

describe("the other files for GitHub", () => {
  it("watch every kind of dependency there is", () => {
    const { updates } = parse(read(".github/dependabot.yml"));
    const kinds = updates.map((each: { "package-ecosystem": string }) => each["package-ecosystem"]);
    expect(kinds).toEqual(["npm", "github-actions", "docker"]);
  });

  it("request what a report needs, each item once", () => {
    const { body } = parse(read(".github/ISSUE_TEMPLATE/bug.yml"));
    const ids = body.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(["what", "version", "where", "log", "statistics", "recording"]);
  });
});
