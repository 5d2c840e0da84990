/** The programs that tests of the real thing need: browsers, a desktop without a screen, and the proxies of our examples. */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** By the Debian package that has them. */
const NEEDED: Readonly<Record<string, string>> = {
  chromium: "chromium",
  "chromium-headless-shell": "chromium-headless-shell",
  "firefox-esr": "firefox-esr",
  WebKitWebDriver: "webkit2gtk-driver",
  Xvfb: "xvfb",
  xterm: "xterm",
  xdotool: "xdotool",
  xwd: "x11-apps",
  xrandr: "x11-xserver-utils",
  nginx: "nginx-light",
  caddy: "caddy",
  openssl: "openssl",
  ffmpeg: "ffmpeg",
  curl: "curl",
};

/** Asked by Debian whether a package that brings a service may start it (invoke-rc.d(8)): 101 is no. Tests start their own. */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

function installed(program: string): boolean {
  // Servers are where only root's path leads.
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin"];
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}

function missingPackages(): string[] {
  return Object.entries(NEEDED)
    .filter(([program]) => !installed(program))
    .map(([, name]) => name);
}

function withoutServices(install: () => void): void {
  // Whoever has a policy of their own means it.
  const own = !existsSync(SERVICE_POLICY);
  if (own) writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (own) rmSync(SERVICE_POLICY);
  }
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
    withoutServices(() => aptGet("install", "-y", "--no-install-recommends", ...packages));
  }
  const still = missingPackages();
  if (still.length === 0) return undefined;
  return `The tests need these Debian packages: ${still.join(" ")}. Install them, then run this again.`;
}
