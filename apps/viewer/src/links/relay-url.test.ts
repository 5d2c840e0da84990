import { describe, expect, it } from "vitest";
import { viewerUrl } from "./relay-url.ts";

describe("viewerUrl", () => {
  it("makes a WebSocket address of any of the four schemes", () => {
    expect(viewerUrl("https://relay.example")).toBe("wss://relay.example/ws/viewer");
    expect(viewerUrl("http://localhost:8000/")).toBe("ws://localhost:8000/ws/viewer");
    expect(viewerUrl("wss://relay.example/ws/viewer")).toBe("wss://relay.example/ws/viewer");
    expect(viewerUrl("ws://h/behind/proxy/")).toBe("ws://h/behind/proxy/ws/viewer");
  });

  it("refuses what is no such URL, or holds what a log could keep", () => {
    for (const bad of ["relay.example", "ftp://h", "", "localhost:8000", "javascript:1"]) {
      expect(() => viewerUrl(bad)).toThrow(/URL/);
    }
    for (const bad of ["https://h?token=x", "https://h#x", "https://u:p@h"]) {
      expect(() => viewerUrl(bad)).toThrow(/none belongs/);
    }
  });
});
