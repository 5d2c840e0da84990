/** The programs that end-to-end tests need: browsers, a desktop without a screen, and the proxies of our examples. */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";

/** The programs, each with the Debian package that contains it. */
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

/** Debian runs this to decide whether an installed service may start (invoke-rc.d(8)); 101 means no. Tests start their own services. */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

function installed(program: string): boolean {
  // Servers are in a folder that only the PATH of root contains.
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin"];
  return folders.some((folder) => existsSync(`${folder}/${program}`));
}

function missingPackages(): string[] {
  return Object.entries(NEEDED)
    .filter(([program]) => !installed(program))
    .map(([, name]) => name);
}

function withoutServices(install: () => void): void {
  // An existing policy stays.
  const own = !existsSync(SERVICE_POLICY);
  if (own) writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    install();
  } finally {
    if (own) rmSync(SERVICE_POLICY);
  }
}

/** Installs missing packages if this user may. @returns what the user has to do; undefined if everything is installed */
export function ensureSystemPackages(): string | undefined {
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  const mayInstall = process.getuid?.() === 0 && installed("apt-get");
  if (mayInstall) {
    process.stdout.write(`Installing ${missing.join(", ")} for the tests.\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // The tests show the text of a terminal and of the page, which needs fonts.
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
