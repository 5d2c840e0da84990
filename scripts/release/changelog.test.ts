import { describe, expect, it } from "vitest";
import { notesOf, releasedVersions, withRelease } from "./changelog.ts";

const CHANGELOG = `# Changelog

What changed.

## Unreleased

### Added

- Something new.

## 0.2.0, 2026-12-01

- Two.

## 0.1.0, 2026-11-22

- One.
- And more of it: ## 0.0.9, 2026-01-01
`;

describe("the changelog", () => {
  it("lists the released versions, newest first", () => {
    expect(releasedVersions(CHANGELOG)).toEqual(["0.2.0", "0.1.0"]);
    expect(releasedVersions("# Changelog\n\n## Unreleased\n\n## Soon\n")).toEqual([]);
  });

  it("moves the unreleased entries to the release, and leaves the rest unchanged", () => {
    const after = withRelease(CHANGELOG, { version: "0.3.0", date: "2027-01-31" });
    expect(after).toBe(
      CHANGELOG.replace("## Unreleased\n", "## Unreleased\n\n## 0.3.0, 2027-01-31\n"),
    );
    expect(releasedVersions(after)).toEqual(["0.3.0", "0.2.0", "0.1.0"]);
    expect(notesOf(after, "0.3.0")).toBe("### Added\n\n- Something new.");
  });

  it("refuses a release without entries, and one that exists", () => {
    const once = withRelease(CHANGELOG, { version: "0.3.0", date: "2027-01-31" });
    const again = { version: "0.3.1", date: "2027-02-01" };
    expect(() => withRelease(once, again)).toThrow("nothing under");
    expect(() => withRelease(CHANGELOG, { ...again, version: "0.2.0" })).toThrow("already");
    expect(() => withRelease("# Changelog\n", again)).toThrow('no line "## Unreleased"');
  });

  it("has the entries of each version, up to the next heading or the end", () => {
    expect(notesOf(CHANGELOG, "0.2.0")).toBe("- Two.");
    expect(notesOf(CHANGELOG, "0.1.0")).toBe("- One.\n- And more of it: ## 0.0.9, 2026-01-01");
    expect(() => notesOf(CHANGELOG, "0.0.9")).toThrow("has no entries for 0.0.9");
  });
});
