import { describe, expect, it } from "vitest";
import { Lag } from "./lag.ts";

describe("the age of what a viewer draws", () => {
  it("counts from its arrival at the relay, for the last update that an ack covers", () => {
    const lag = new Lag(0);
    lag.sent(100);
    lag.sent(150);
    lag.sent(190);
    expect(lag.drawn(2, 200)).toBe(50);
    expect(lag.drawn(1, 260)).toBe(70);
  });
  it("counts from the viewer's arrival if the picture is older", () => {
    const lag = new Lag(1000);
    lag.sent(10);
    expect(lag.drawn(1, 1030)).toBe(30);
  });
  it("counts from when the viewer became visible again", () => {
    const lag = new Lag(0);
    lag.watches(5000);
    lag.sent(4000);
    expect(lag.drawn(1, 5020)).toBe(20);
  });
  it("is undefined if nothing was drawn", () => {
    const lag = new Lag(0);
    expect(lag.drawn(0, 5)).toBeUndefined();
    expect(lag.drawn(1, 5)).toBeUndefined();
  });
});
