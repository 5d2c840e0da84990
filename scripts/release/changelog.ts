/** Reads the changelog, and moves its unreleased entries to a version. Pure. */

const UNRELEASED = "## Unreleased";
const HEADING = /^## (\d+\.\d+\.\d+), \d{4}-\d{2}-\d{2}$/gm;

/** The versions in the order of the page: newest first. */
export function releasedVersions(changelog: string): readonly string[] {
  return [...changelog.matchAll(HEADING)].map(([, version = ""]) => version);
}

/**
 * Returns the changelog with all unreleased entries under the heading of this version.
 * @param release.date such as "2026-11-22"
 * @throws Error in plain words if nothing is unreleased, or if the version is listed already
 */
export function withRelease(
  changelog: string,
  { version, date }: { readonly version: string; readonly date: string },
): string {
  if (releasedVersions(changelog).includes(version)) {
    throw new Error(`CHANGELOG.md already lists ${version}`);
  }
  if (sectionUnder(changelog, UNRELEASED) === "") {
    throw new Error('there is nothing under "## Unreleased" in CHANGELOG.md');
  }
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## ${version}, ${date}`);
}

/** Returns the entries of a version, without its heading. @throws Error in plain words if there are none */
export function notesOf(changelog: string, version: string): string {
  const [heading] = [...changelog.matchAll(HEADING)].find(([, each]) => each === version) ?? [];
  const notes = heading === undefined ? "" : sectionUnder(changelog, heading);
  if (notes === "") throw new Error(`CHANGELOG.md has no entries for ${version}`);
  return notes;
}

/** @throws Error if there is no such line */
function sectionUnder(changelog: string, heading: string): string {
  const section = changelog.split(/^(?=## )/m).find((one) => one.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no line "${heading}"`);
  return section.slice(heading.length).trim();
}
