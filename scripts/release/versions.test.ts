import { describe, expect, it } from "vitest";
import { disagreements, nextVersions, versionIn, withVersion } from "./versions.ts";

const PACKAGE = `{
  "name": "x",
  "version": "0.1.0",
  "config": {
    "version": "9.9.9"
  },
  "devDependencies": {
    "y": "0.1.0"
  }
}
`;

describe("the version of a package", () => {
  it("is the one at the top level, and nothing else is touched", () => {
    expect(versionIn(PACKAGE)).toBe("0.1.0");
    const after = withVersion(PACKAGE, "0.2.0");
    expect(JSON.parse(after)).toEqual({ ...JSON.parse(PACKAGE), version: "0.2.0" });
    expect(after.replace('"version": "0.2.0"', '"version": "0.1.0"')).toBe(PACKAGE);
    expect(() => versionIn('{\n  "config": {\n    "version": "1.0.0"\n  }\n}')).toThrow();
  });
});

describe("the next version", () => {
  it("is one step further: patch, minor or major", () => {
    expect(nextVersions("0.1.0", "0.1.0")).toEqual(["0.1.1", "0.2.0", "1.0.0"]);
    expect(nextVersions("1.9.9", "1.9.9")).toEqual(["1.9.10", "1.10.0", "2.0.0"]);
  });

  it("is what the packages say already while nothing was released", () => {
    expect(nextVersions(undefined, "0.1.0")).toEqual(["0.1.0"]);
  });
});

describe("one version for all", () => {
  const versions = new Map([
    ["package.json", "0.1.0"],
    ["apps/relay/package.json", "0.1.0"],
  ]);

  it("is that of the newest release, once there is one", () => {
    expect(disagreements(versions, undefined)).toEqual([]);
    expect(disagreements(versions, "0.1.0")).toEqual([]);
    expect(disagreements(versions, "0.2.0")).toHaveLength(2);
  });

  it("names each package that has another", () => {
    const mixed = new Map(versions).set("e2e/package.json", "0.0.9");
    const named = ["e2e/package.json says 0.0.9, and not 0.1.0"];
    expect(disagreements(mixed, undefined)).toEqual(named);
    expect(disagreements(mixed, "0.1.0")).toEqual(named);
  });
});
