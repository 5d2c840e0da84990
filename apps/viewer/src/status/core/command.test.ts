import { describe, expect, it } from "vitest";
import { captureCommand } from "./command.ts";

describe("captureCommand", () => {
  it("says only what the agent does not take for granted", () => {
    const command = (server: string, room = "main") => captureCommand({ server, room });
    expect(command("ws://localhost:8000")).toBe("pnpm capture");
    expect(command("ws://localhost:8000", "demo")).toBe("pnpm capture --room demo");
    expect(command("wss://relay.example")).toBe("pnpm capture --server wss://relay.example");
    expect(command("ws://127.0.0.1:9000")).toBe("pnpm capture --server ws://127.0.0.1:9000");
    expect(command("ws://192.168.1.5:8000", "a")).toBe(
      "pnpm capture --server ws://192.168.1.5:8000 --insecure --room a",
    );
    expect(command("ws://localhost.evil.example")).toContain("--insecure");
  });
});
