import { expect, it } from "vitest";
import { fileName } from "./file-name.ts";

it("names a saved file by its room and time, without forbidden characters", () => {
  const when = new Date(2026, 0, 2, 3, 4, 5);
  expect(fileName("main", when, "png")).toBe("screen-share main 2026-01-02 03.04.05.png");
  expect(fileName(undefined, when, "webm")).toBe("screen-share 2026-01-02 03.04.05.webm");
  expect(fileName("a_B-9", when, "png")).not.toMatch(/[<>:"/\\|?*]/);
});
