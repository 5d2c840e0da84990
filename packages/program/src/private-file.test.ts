import { chmodSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { dataFolder, readPrivate, writePrivate } from "./private-file.ts";

const folder = () => mkdtempSync(path.join(tmpdir(), "private-"));

it("a private file and its folders are open to their owner alone", () => {
  const file = path.join(folder(), "a/b/secret");
  writePrivate(file, "one");
  writePrivate(file, "two");
  expect(readPrivate(file)).toBe("two");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
});

it("a private file that others could read is closed when it is read", () => {
  const file = path.join(folder(), "secret");
  writeFileSync(file, "open");
  chmodSync(file, 0o644);
  expect(readPrivate(file)).toBe("open");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("a file that does not exist is undefined, and so is that of a user without a home", () => {
  expect(readPrivate(path.join(folder(), "none"))).toBeUndefined();
  expect(readPrivate(undefined)).toBeUndefined();
  expect(() => writePrivate(undefined, "x")).toThrow("no home folder");
});

it.runIf(process.platform === "linux")(
  "writing where nothing can be made fails, and does not try for ever",
  () => {
    expect(() => writePrivate("/proc/1/none/of/these/secret", "x")).toThrow(/ENOENT|EACCES|EPERM/);
    const file = path.join(folder(), "secret");
    writeFileSync(file, "no folder");
    expect(() => writePrivate(path.join(file, "under/it"), "x")).toThrow("ENOTDIR");
  },
);

it("data is kept where each system has it", () => {
  const home = homedir();
  expect(dataFolder({ XDG_DATA_HOME: "/data" }, "linux")).toBe("/data/screen-share");
  expect(dataFolder({ XDG_DATA_HOME: "relative" }, "linux")).toBe(
    `${home}/.local/share/screen-share`,
  );
  expect(dataFolder({}, "darwin")).toBe(`${home}/Library/Application Support/screen-share`);
});
