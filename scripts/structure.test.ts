/** The structural rules: this repository keeps them, and each of them is able to fail. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { violations } from "./structure/rules.ts";

const inTree = (tree: Readonly<Record<string, string>>) =>
  violations(new Map(Object.entries(tree)));

it("this repository keeps the structural rules", () => {
  const script = fileURLToPath(new URL("structure.ts", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", script]);
  expect([status, stderr.toString()]).toEqual([0, ""]);
});

describe("an import of another workspace's file", () => {
  it.each([
    ["of one app by another", "apps/relay/src/main.ts", "../../capture/src/log.ts"],
    ["of an app by a package", "packages/protocol/src/index.ts", "../../../apps/relay/src/log.ts"],
    ["of an app by a bench", "bench/flow/agent.ts", "../../apps/capture/src/pipeline.ts"],
    ["of an app by a script", "start.mjs", "./apps/relay/dist/main.js"],
    ["of an app's test support by another app", "apps/relay/a.test.ts", "../capture/test/xvfb.ts"],
    ["of a package's file by its path", "e2e/a.test.ts", "../packages/protocol/src/index.ts"],
    [
      "of a package's test support by an app",
      "apps/relay/a.ts",
      "../../packages/protocol/test/a.ts",
    ],
    ["of end-to-end support by a script", "scripts/test.ts", "../e2e/support/ports.ts"],
  ])("is a violation: %s", (_, file, specifier) => {
    expect(inTree({ [file]: `\nimport { a } from "${specifier}";` })).toEqual([
      expect.stringMatching(`^${file}:2 imports [^ ]+: a relative import stays in its workspace`),
    ]);
  });

  it.each([
    'export { a } from "../../capture/src/a.ts";',
    'export * from "../../capture/src/a.ts";',
    'import "../../capture/src/a.ts";',
    'import type { A } from "../../capture/src/a.ts";',
    'const a = await import("../../capture/src/a.ts");',
    'type A = import("../../capture/src/a.ts").A;',
  ])("is found however it is written: %s", (text) => {
    expect(inTree({ "apps/relay/src/a.ts": text })).toHaveLength(1);
  });

  it.each([
    ["apps/relay/src/access/auth.ts", "../config.ts"],
    ["apps/relay/src/main.ts", "@screen-share/protocol"],
    ["apps/relay/src/main.test.ts", "../test/fake-peer.ts"],
    ["bench/links.ts", "../packages/protocol/test/scenario.ts"],
    ["bench/links.ts", "../e2e/support/ports.ts"],
    ["e2e/a.test.ts", "../apps/relay/test/tokens.ts"],
    ["start.mjs", "./scripts/start.ts"],
  ])("is none where %s imports %s", (file, specifier) => {
    expect(inTree({ [file]: `import { a } from "${specifier}";` })).toEqual([]);
  });
});

describe("two feature folders of the viewer", () => {
  const links = 'import type { Rows } from "../../statistics/rows.ts";';

  it("must not import each other", () => {
    expect(
      inTree({
        "apps/viewer/src/links/core/link.ts": links,
        "apps/viewer/src/statistics/rows.ts": '\nexport { Link } from "../links/core/link.ts";',
      }),
    ).toEqual([
      "apps/viewer/src/links/core/link.ts:1 imports statistics/, and apps/viewer/src/statistics/rows.ts:2 imports links/: two folders of the viewer never import each other",
    ]);
  });

  it("may be imported in one direction, and by files outside of folders", () => {
    expect(
      inTree({
        "apps/viewer/src/links/core/link.ts": links,
        "apps/viewer/src/statistics/rows.ts": 'import "../env.ts"; import "./row.ts";',
        "apps/viewer/src/env.ts": 'import "./statistics/rows.ts"; import "./links/core/link.ts";',
      }),
    ).toEqual([]);
  });
});

describe("an exported type", () => {
  it.each([
    "export interface Link {}",
    "export type Link = string;",
    "export class Link {}",
    "export abstract class Link {}",
    "class Link {}\nexport { Link };",
    "interface Local {}\nexport type { Local as Link };",
  ])("has its name for itself: %s", (text) => {
    expect(inTree({ "a.ts": "\nexport type Link = number;", "b.ts": text })).toEqual([
      "b.ts:1 exports Link, as a.ts:2 does: the name of a type has one meaning",
    ]);
  });

  it.each([
    'export { Link } from "./a.ts";',
    'export type * from "./a.ts";',
    'import { Link } from "./a.ts";\nexport { Link };',
    "interface Link {}",
    "interface Link {}\nexport type { Link as Other };",
    "export const Link = 1;",
    "export namespace Other { export type Link = string }",
  ])("may share it with what is no second definition: %s", (text) => {
    expect(inTree({ "a.ts": "export type Link = number;", "b.ts": text })).toEqual([]);
  });

  it("may have the name of a value in its own file", () => {
    expect(inTree({ "a.ts": "export const Link = 1;\nexport type Link = number;" })).toEqual([]);
  });
});
