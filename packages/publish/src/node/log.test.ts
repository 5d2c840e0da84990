import { expect, it } from "vitest";
import { createLog } from "./log.ts";

function written(isTTY: boolean): string {
  let text = "";
  const stderr = { isTTY, write: (chunk: string) => (text += chunk) };
  const log = createLog("info", {
    app: "capture",
    stderr: stderr as unknown as NodeJS.WriteStream,
  });
  log.debug("too fine", { bytes: 1 });
  log.info("connected");
  log.warn("the screen is gone");
  return text;
}

it("writes plain lines at a terminal", () => {
  const [first, second, ...rest] = written(true).trimEnd().split("\n");
  expect(first).toMatch(/ {2}connected$/);
  expect(second).toMatch(/ {2}! the screen is gone$/);
  expect(rest).toEqual([]);
});

it("writes JSON lines otherwise", () => {
  const lines = written(false)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ msg: "connected" }, { level: 40, msg: "the screen is gone" }]);
});
