/** Checks whether the product runs on this machine, in the syntax of the first versions of Node with modules. */

/** The first minor versions of Node that the packages support, by major version. */
const FIRST_MINOR = { 20: 19, 22: 12 };
const NEWEST_CHECKED_MAJOR = 22;
const PLATFORMS = ["linux", "darwin", "win32"];
const ARCHITECTURES = ["x64", "arm64"];
/** Required by the compiler of the page. */
const MIN_GLIBC = [2, 30];

/**
 * @param {Pick<NodeJS.Process, "version" | "platform" | "arch" | "report">} machine
 * @returns {string | undefined} the problem and its solution, in one sentence
 */
export function machineProblem(machine) {
  const { version, platform, arch } = machine;
  if (!runsOn(version)) {
    return `Screen Share needs Node 20.19, 22.12 or newer, and this is Node ${version.slice(1)}: install a current one from https://nodejs.org, then run the same command again.`;
  }
  if (PLATFORMS.indexOf(platform) < 0 || ARCHITECTURES.indexOf(arch) < 0) {
    return `Screen Share runs on Linux, macOS and Windows with 64-bit x64 or arm64, and this Node is for ${platform} ${arch}: use a 64-bit system and the Node for it.`;
  }
  const glibc = platform === "linux" ? glibcOf(machine.report) : undefined;
  if (glibc !== undefined && isOlder(glibc.split(".").map(Number), MIN_GLIBC)) {
    return `Screen Share needs glibc ${MIN_GLIBC.join(".")} or newer to build its page, and this system has ${glibc}: use a newer system (Debian 11, Ubuntu 20.04 or RHEL 9), or run the relay in a container (docs/docker.md).`;
  }
  return undefined;
}

function runsOn(version) {
  const [major, minor] = version.slice(1).split(".").map(Number);
  if (major > NEWEST_CHECKED_MAJOR) return true;
  return FIRST_MINOR[major] !== undefined && minor >= FIRST_MINOR[major];
}

/** Undefined for other C libraries, such as musl. */
function glibcOf(report) {
  if (!report) return undefined;
  // Otherwise it would look up the host names of all connections of this process.
  report.excludeNetwork = true;
  return report.getReport().header.glibcVersionRuntime;
}

function isOlder(version, than) {
  return version[0] < than[0] || (version[0] === than[0] && version[1] < than[1]);
}
