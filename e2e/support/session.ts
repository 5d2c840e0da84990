/**
 * Where foreign programs of a test run: with an environment that names nothing of this machine's desktop, and a home of their own. A
 * browser starts helpers that leave its process group and, if it finds a session bus, services that outlive it: the portals of a desktop
 * even mount a file system in the home. Here they find no bus, and all processes are marked and end with the session.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Mark } from "./marked.ts";
import { eventually, within } from "./wait.ts";

/** A killed process is gone long before, unless the kernel itself is stuck. */
const END_LIMIT_MS = 10_000;

export class ProgramSession {
  readonly #mark = new Mark();
  /** Their home, temporary files and downloads. */
  readonly home: string;
  readonly #runtimeFolder: string;

  constructor(name: string) {
    this.home = mkdtempSync(path.join(tmpdir(), `screen-share-${name}-`));
    this.#runtimeFolder = path.join(this.home, ".runtime");
    mkdirSync(this.#runtimeFolder, { mode: 0o700 });
  }

  env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
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
      ...this.#mark.env,
      ...more,
    };
  }

  /** Kills whatever runs in it and removes its home. @throws Error if something cannot be ended or removed */
  async end(): Promise<void> {
    const left = await eventually(
      async () => this.#mark.kill(),
      (running) => running.length === 0,
      END_LIMIT_MS,
    );
    if (left.length > 0) throw new Error(`still running: ${left.map(({ command }) => command)}`);
    const removed = rm(this.home, { recursive: true, force: true, maxRetries: 5 });
    await within(removed, END_LIMIT_MS, `removing ${this.home}`);
  }
}
