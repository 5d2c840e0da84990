/** The files of a checkout that tell its version: every package.json of the workspace, and CHANGELOG.md. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { releasedVersions, withRelease } from "./changelog.ts";
import { disagreements, nextVersions, versionIn, withVersion } from "./versions.ts";

const CHANGELOG = "CHANGELOG.md";

export class Project {
  constructor(private readonly root: string) {}

  get changelog(): string {
    return this.#read(CHANGELOG);
  }

  /** What its package.json says. */
  get version(): string {
    return versionIn(this.#read("package.json"));
  }

  /** What every package.json says, the root's first. */
  versions(): ReadonlyMap<string, string> {
    return new Map(this.#packageFiles().map((file) => [file, versionIn(this.#read(file))]));
  }

  /** What does not fit together, a line each. */
  problems(): readonly string[] {
    return disagreements(this.versions(), releasedVersions(this.changelog)[0]);
  }

  /**
   * Makes the files tell of a release. A version that cannot be the next changes none of them; where one cannot be written, those
   * before it are, and git has them as they were.
   * @param options.date such as "2026-11-22"
   * @throws Error in plain words if this cannot be the next version
   */
  release(options: { readonly version: string; readonly date: string }): void {
    const { version } = options;
    const problems = this.problems();
    if (problems.length > 0) throw new Error(problems.join("; "));
    const next = nextVersions(releasedVersions(this.changelog)[0], this.version);
    if (!next.includes(version)) {
      throw new Error(`the next version can be ${next.join(" or ")}, and not ${version}`);
    }
    const changelog = withRelease(this.changelog, options);
    const packages = this.#packageFiles().map(
      (file) => [file, withVersion(this.#read(file), version)] as const,
    );
    for (const [file, text] of [...packages, [CHANGELOG, changelog] as const]) {
      this.#write(file, text);
    }
  }

  #packageFiles(): readonly string[] {
    const { packages } = parse(this.#read("pnpm-workspace.yaml")) as { packages: string[] };
    const folders = packages.flatMap((pattern) => {
      if (!pattern.endsWith("/*")) return [pattern];
      const parent = pattern.slice(0, -2);
      return readdirSync(path.join(this.root, parent)).map((name) => `${parent}/${name}`);
    });
    const files = folders.map((folder) => `${folder}/package.json`);
    return ["package.json", ...files.filter((file) => existsSync(path.join(this.root, file)))];
  }

  #read(file: string): string {
    return readFileSync(path.join(this.root, file), "utf8");
  }

  #write(file: string, text: string): void {
    writeFileSync(path.join(this.root, file), text);
  }
}
