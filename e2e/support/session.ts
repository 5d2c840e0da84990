/**
 * Where foreign programs of a test run: with an environment that names nothing of this machine's desktop, and a home of their own. A
 * browser starts helpers that leave its process group, and, given the chance, session services that outlive it: the portals of a desktop
 * even mount a file system in the home. Here they find no session bus, and whatever was started is found again by a mark in its environment
 * (environ of proc(5), which children inherit) and ended with the session.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eventually, within } from "./wait.ts";

const MARK = "SCREEN_SHARE_TEST_SESSION";
/** A killed process is gone long before, unless the kernel itself is stuck. */
const END_LIMIT_MS = 10_000;
const REMOVE_LIMIT_MS = 10_000;

export class ProgramSession {
  readonly #mark = `${MARK}=${randomUUID()}`;
  /** Their home, temporary files and downloads. */
  readonly home: string;

  /** @param name of the program, for the name of its home */
  constructor(name: string) {
    this.home = mkdtempSync(path.join(tmpdir(), `screen-share-${name}-`));
    mkdirSync(this.#runtimeFolder, { mode: 0o700 });
  }

  get #runtimeFolder(): string {
    return path.join(this.home, ".runtime");
  }

  /** All that its programs are told. @param more for one of them */
  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const [mark = "", value = ""] = this.#mark.split("=");
    return {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      LANG: "C.UTF-8",
      HOME: this.home,
      TMPDIR: this.home,
      XDG_RUNTIME_DIR: this.#runtimeFolder,
      // No bus: no portal, no accessibility service and no settings service can be started through it.
      DBUS_SESSION_BUS_ADDRESS: "disabled:",
      NO_AT_BRIDGE: "1",
      GTK_USE_PORTAL: "0",
      GIO_USE_VFS: "local",
      GSETTINGS_BACKEND: "memory",
      // A sound server that is named is not started.
      PULSE_SERVER: `unix:${path.join(this.home, "no-sound")}`,
      [mark]: value,
      ...more,
    };
  }

  /** Kills whatever runs in it and removes its home. @throws Error if something cannot be ended or removed */
  async end(): Promise<void> {
    const left = await eventually(
      async () => this.#kill(),
      (running) => running.length === 0,
      END_LIMIT_MS,
    );
    if (left.length > 0) throw new Error(`still running: ${left.join(", ")}`);
    const removed = rm(this.home, { recursive: true, force: true, maxRetries: 5 });
    await within(removed, REMOVE_LIMIT_MS, `removing ${this.home}`);
  }

  /** Kills all of its processes. @returns those that ran */
  #kill(): string[] {
    const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && this.#owns(name));
    for (const pid of running) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    return running;
  }

  #owns(pid: string): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(this.#mark);
    } catch {
      // It has ended, or belongs to someone else. A process that has ended and waits for its parent has no environment.
      return false;
    }
  }
}
