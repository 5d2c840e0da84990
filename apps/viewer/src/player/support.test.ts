import { expect, it } from "vitest";
import { missingIn } from "./support.ts";

it("names what a browser lacks for the picture, and nothing for a browser that has everything", () => {
  const there = () => {};
  const whole = { WebSocket: there, createImageBitmap: there, ResizeObserver: there, Array };
  expect(missingIn(whole)).toBeUndefined();
  expect(missingIn({ ...whole, createImageBitmap: undefined })).toBe("createImageBitmap");
  expect(missingIn({ ...whole, ResizeObserver: undefined })).toBe("ResizeObserver");
  expect(missingIn({ ...whole, Array: { prototype: {} } })).toBe("ECMAScript 2022");
  expect(missingIn({})).toBe("WebSockets");
});
