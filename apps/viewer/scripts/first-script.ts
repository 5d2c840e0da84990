/** Puts the script that runs first into a page, right behind its charset, so that nothing is loaded before it. Pure. */
import { type Comment, parse } from "acorn";
import { insertBehindCharset, withoutElements } from "./html.ts";

const ID = "opening";

/**
 * @param html an exported page; the script of an earlier build is replaced
 * @param options.isNotFound whether it is the page for addresses that do not exist
 * @throws Error if the script contains the end tag of a script, or the page's <head> does not begin with its charset
 */
export function withFirstScript(
  html: string,
  script: string,
  { isNotFound }: { readonly isNotFound: boolean },
): string {
  if (/<\/script/i.test(script)) throw new Error("the first script would end its own element");
  const page = withoutElements(html, ({ attributes }) => attributes.get("id") === ID);
  const marker = isNotFound ? " data-not-found" : "";
  return insertBehindCharset(page, `<script id="${ID}"${marker}>${script}</script>`);
}

/** A script without comments and indentation. No tool may make newer syntax of it. @throws SyntaxError if it is not ECMAScript 5 */
export function packed(script: string): string {
  const comments: Comment[] = [];
  parse(script, { ecmaVersion: 5, onComment: comments });
  const code = comments.reduceRight(
    (rest, { start, end }) => rest.slice(0, start) + rest.slice(end),
    script,
  );
  const lines = code.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join("\n");
}
