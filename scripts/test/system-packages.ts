/** The programs that tests of the real thing need: a browser, and a desktop without a screen. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** By the Debian package that has them. */
const NEEDED: Readonly<Record<string, string>> = {
  chromium: "chromium",
  Xvfb: "xvfb",
  xterm: "xterm",
  xdotool: "xdotool",
  xwd: "x11-apps",
  xrandr: "x11-xserver-utils",
};

function installed(program: string): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(`${folder}/${program}`));
}

function missingPackages(): string[] {
  return Object.entries(NEEDED)
    .filter(([program]) => !installed(program))
    .map(([, name]) => name);
}

/**
 * Installs what is missing, where we may.
 * @returns what a person has to do, or undefined if all is there
 */
export function ensureSystemPackages(): string | undefined {
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  const mayInstall = process.getuid?.() === 0 && installed("apt-get");
  if (mayInstall) {
    process.stdout.write(`Installing ${missing.join(", ")} for the tests.\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // Fonts: a terminal's and the page's text is drawn for real.
    const packages = [...missing, "fonts-dejavu-core"];
    const aptGet = (...args: string[]) =>
      spawnSync("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], {
        env,
        stdio: ["ignore", "ignore", "inherit"],
      });
    aptGet("update");
    aptGet("install", "-y", "--no-install-recommends", ...packages);
  }
  const still = missingPackages();
  if (still.length === 0) return undefined;
  return `The tests need these Debian packages: ${still.join(" ")}. Install them, then run this again.`;
}
