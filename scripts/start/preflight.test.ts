import { describe, expect, it } from "vitest";
import { machineProblem } from "./preflight.mjs";

function machine(
  version: string,
  {
    platform = "linux" as NodeJS.Platform,
    arch = "x64",
    glibc = "2.36" as string | undefined,
  } = {},
) {
  const report = {
    excludeNetwork: false,
    getReport: () => ({ header: { glibcVersionRuntime: glibc } }),
  };
  return { version, platform, arch, report } as unknown as Parameters<typeof machineProblem>[0];
}

describe("the check of the machine", () => {
  it.each(["v20.19.0", "v20.20.2", "v22.12.0", "v23.1.0", "v24.9.0", "v26.0.0"])(
    "Node %s is accepted",
    (version) => {
      expect(machineProblem(machine(version))).toBeUndefined();
    },
  );

  it.each(["v14.21.3", "v18.20.8", "v20.18.3", "v21.7.3", "v22.11.0"])(
    "Node %s is refused in one sentence with the required version",
    (version) => {
      expect(machineProblem(machine(version))).toBe(
        `Screen Share needs Node 20.19, 22.12 or newer, and this is Node ${version.slice(1)}: install a current one from https://nodejs.org, then run the same command again.`,
      );
    },
  );

  it.each([
    { arch: "arm" },
    { arch: "ia32" },
    { platform: "freebsd" as const },
    { platform: "android" as const },
  ])("%j is refused by name", (where) => {
    const { arch, platform } = { arch: "x64", platform: "linux", ...where };
    expect(machineProblem(machine("v20.19.0", where))).toContain(`is for ${platform} ${arch}:`);
  });

  it.each([
    ["2.28", true],
    ["2.30", false],
    ["2.9", true],
    [undefined, false],
  ])("glibc %s is too old: %s", (glibc, refused) => {
    const problem = machineProblem(machine("v20.19.0", { glibc }));
    expect(problem !== undefined).toBe(refused);
    if (refused) expect(problem).toContain(`this system has ${glibc}`);
  });
});
