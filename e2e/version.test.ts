/** Users who report a fault can find the version: in the log, the page, and its status. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { freePort } from "./support/ports.ts";
import { startRelay } from "./support/programs.ts";

const file = new URL("../package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(file, "utf8"));

it("the built relay and its page report the version of this checkout", async () => {
  const port = await freePort();
  const relay = await startRelay(port);
  try {
    await relay.until(/the relay is listening.*\n/);
    const [line = ""] = relay.output.split("\n");
    expect(JSON.parse(line)).toMatchObject({ version, port, msg: "the relay is listening" });
    const page = await (await fetch(`http://localhost:${port}/`)).text();
    expect(page).toContain(`<meta name="generator" content="Screen Share ${version}"/>`);
    expect(page).toContain(`data-testid="notice-box" title="Screen Share ${version}"`);
  } finally {
    expect(await relay.end("SIGTERM")).toBe(0);
  }
});
