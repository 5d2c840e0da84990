import { describe, expect, it } from "vitest";
import { parseDisplay } from "./x11-display.ts";

describe("parseDisplay", () => {
  const path = "/tmp/.X11-unix/X7";
  it.each([
    [":7", 0, { path }],
    [":7.2", 2, { path }],
    ["unix:7", 0, { path }],
    ["unix/:7", 0, { path }],
    ["local/host:7.1", 1, { path }],
    ["/tmp/.X11-unix/X7", 0, { path }],
    ["/run/x/X7.3", 3, { path: "/run/x/X7" }],
    ["localhost:7.0", 0, { host: "localhost", port: 6007 }],
    ["tcp/:7", 0, { host: "localhost", port: 6007 }],
    ["desk.example:7", 0, { host: "desk.example", port: 6007 }],
    ["[fd00::1]:7", 0, { host: "fd00::1", port: 6007 }],
    ["fd00::1:7", 0, { host: "fd00::1", port: 6007 }],
  ])("reads %s", (text, screen, socket) => {
    expect(parseDisplay(text)).toMatchObject({ number: 7, screen });
    expect(parseDisplay(text)?.sockets[0]).toEqual(socket);
  });

  it.each(["", "foo", ":", ":x", "7", ":7.", ":7.x", ":99999", "host:", "/tmp/.X11-unix", ":7 "])(
    "knows that '%s' is no display",
    (text) => {
      expect(parseDisplay(text)).toBeUndefined();
    },
  );
});
