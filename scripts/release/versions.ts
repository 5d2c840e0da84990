/** The one version of the whole product, as it stands in every package.json. Pure. */

/** At the top level of a package.json as pnpm and we write it. */
const VERSION = /^( {2}"version": )"([^"]*)"/m;

/** @throws Error if there is none */
export function versionIn(packageJson: string): string {
  const version = VERSION.exec(packageJson)?.[2];
  if (version === undefined) throw new Error("a package.json has no version");
  return version;
}

/** The package.json with another version, and nothing else touched. */
export function withVersion(packageJson: string, version: string): string {
  return packageJson.replace(VERSION, `$1"${version}"`);
}

/**
 * What may come after what was released (semver.org): a repair, something new, or something that breaks.
 * @param released undefined before the first release
 * @param current what the packages say
 */
export function nextVersions(released: string | undefined, current: string): readonly string[] {
  if (released === undefined) return [current];
  const [major = 0, minor = 0, patch = 0] = released.split(".").map(Number);
  return [`${major}.${minor}.${patch + 1}`, `${major}.${minor + 1}.0`, `${major + 1}.0.0`];
}

/**
 * What does not fit together, a line each.
 * @param versions by the package.json that says it
 * @param released the newest that the changelog tells of; undefined before the first release
 */
export function disagreements(
  versions: ReadonlyMap<string, string>,
  released: string | undefined,
): readonly string[] {
  const expected = released ?? versions.get("package.json");
  return [...versions]
    .filter(([, version]) => version !== expected)
    .map(([file, version]) => `${file} says ${version}, and not ${expected}`);
}
