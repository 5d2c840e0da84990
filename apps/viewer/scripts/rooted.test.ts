import { expect, it } from "vitest";
import { rooted } from "./rooted.ts";

it("names the files of a page from the root, and changes nothing else", () => {
  const html =
    '<link rel="icon" href="./icon.svg"/><script src="./_next/a.js"></script><p>"./b"</p>';
  const expected =
    '<link rel="icon" href="/icon.svg"/><script src="/_next/a.js"></script><p>"./b"</p>';
  expect(rooted(html)).toBe(expected);
  expect(rooted(expected)).toBe(expected);
});
