import { expect, it } from "vitest";
import { ASSET_PREFIX, relative, rooted } from "./addresses.ts";

it("files are named relative to the page, and nothing else is changed", () => {
  const file = (prefix: string) =>
    `<script src="${prefix}/_next/a.js"></script>{"assetPrefix":"${prefix}"}https://other.invalid/`;
  expect(relative(file(ASSET_PREFIX))).toBe(file("."));
  expect(relative(relative(file(ASSET_PREFIX)))).toBe(file("."));
});

it("the prefix has no path, for which Next would add rewrites", () => {
  expect(new URL(ASSET_PREFIX).pathname).toBe("/");
});

it("names the files of a page from the root, and changes nothing else", () => {
  const html =
    '<link rel="icon" href="./icon.svg"/><script src="./_next/a.js"></script><p>"./b"</p>';
  const expected =
    '<link rel="icon" href="/icon.svg"/><script src="/_next/a.js"></script><p>"./b"</p>';
  expect(rooted(html)).toBe(expected);
  expect(rooted(expected)).toBe(expected);
});
