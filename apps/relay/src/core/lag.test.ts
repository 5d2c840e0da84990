import { describe, expect, it } from "vitest";
import { Lag } from "./lag.ts";

describe("how old what a viewer draws is", () => {
  it("counts from when the relay had it, for the last update that an ack covers", () => {
    const lag = new Lag(0);
    lag.sent(100);
    lag.sent(150);
    lag.sent(190);
    expect(lag.drawn(2, 200)).toBe(50);
    expect(lag.drawn(1, 260)).toBe(70);
  });
  it("counts from when a viewer came for a picture that stood before", () => {
    const lag = new Lag(1000);
    lag.sent(10);
    expect(lag.drawn(1, 1030)).toBe(30);
  });
  it("counts from when a viewer looked again", () => {
    const lag = new Lag(0);
    lag.watches(5000);
    lag.sent(4000);
    expect(lag.drawn(1, 5020)).toBe(20);
  });
  it("says nothing where nothing was drawn", () => {
    const lag = new Lag(0);
    expect(lag.drawn(0, 5)).toBeUndefined();
    expect(lag.drawn(1, 5)).toBeUndefined();
  });
});
