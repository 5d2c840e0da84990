import { fork } from "node:child_process";
import { once } from "node:events";
import { EXIT_FAILED } from "@screen-share/publish/node";
import { endsWithItsParent } from "@screen-share/publish/testing/parent-suite";
import { programFile } from "@screen-share/publish/testing/programs";
import { describe, expect, it } from "vitest";

describe("the agent, started by another program", () => {
  endsWithItsParent({ program: "capture", args: () => ["--source", "test"] });

  it("ends though its parent stays, if its settings are wrong", async () => {
    const child = fork(programFile("capture"), ["--fps", "0"], { env: {}, silent: true });
    expect(await once(child, "exit")).toEqual([EXIT_FAILED, null]);
  });
});
