/** The platform port on Node.js. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Platform } from "../ports.ts";

export const nodePlatform: Platform = {
  now: () => performance.timeOrigin + performance.now(),
  random: Math.random,
  sleep,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  sameBytes: (a, b, start, end) =>
    Buffer.prototype.compare.call(a, b, start, end, start, end) === 0,
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
