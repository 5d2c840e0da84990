import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FRAMES_PER_INTERVAL, InboundLimit } from "./socket.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function limited() {
  const state = { reading: true };
  const pause = () => {
    state.reading = false;
  };
  const resume = () => {
    state.reading = true;
  };
  return { state, limit: new InboundLimit({ pause, resume }) };
}

it("keeps reading while frames arrive at an honest relay's rate", () => {
  const { state, limit } = limited();
  for (let ms = 0; ms < 5000; ms++) {
    limit.frame();
    limit.frame();
    vi.advanceTimersByTime(1);
    expect(state.reading).toBe(true);
  }
  limit.stop();
});

it("stops reading during a flood, and resumes once the rate allows", () => {
  const { state, limit } = limited();
  for (let i = 0; i < 10 * FRAMES_PER_INTERVAL; i++) limit.frame();
  expect(state.reading).toBe(false);
  vi.advanceTimersByTime(900);
  expect(state.reading).toBe(false);
  vi.advanceTimersByTime(100);
  expect(state.reading).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
