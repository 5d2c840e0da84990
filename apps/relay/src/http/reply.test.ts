import { describe, expect, it } from "vitest";
import { isKnown } from "./reply.ts";

const ETAG = '"a.1.2"';
const known = (value?: string) =>
  isKnown(new Map(value === undefined ? [] : [["if-none-match", value]]), ETAG);

describe("If-None-Match (RFC 9110 §13.1.2)", () => {
  it.each([
    ETAG,
    `W/${ETAG}`,
    "*",
    " * ",
    `"other", ${ETAG}`,
    `"other",${ETAG},"more"`,
    `"with, comma" , W/${ETAG}`,
    `, ,${ETAG}`,
  ])("%s matches", (value) => {
    expect(known(value)).toBe(true);
  });

  it.each([
    undefined,
    "",
    '""',
    "a.1.2",
    '"a.1.20"',
    '"A.1.2"',
    'W/"a.1"',
    '"*"',
    `"an open quote, a.1.2`,
    `"x a.1.2 y"`,
  ])("%j does not match", (value) => {
    expect(known(value)).toBe(false);
  });
});
