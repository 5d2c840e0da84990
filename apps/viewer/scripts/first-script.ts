/** Puts the script that runs first into a page, right behind its charset, so that nothing is loaded before it. Pure. */
import { type Comment, parse } from "acorn";

const CHARSET = /<meta charset="[^"]*"(?:\s[^>]*)?\s*\/?>/i;
const SCRIPT = /<script id="opening"[^>]*>[\s\S]*?<\/script>/;

/**
 * @param html an exported page; one that has the script already gets this one instead
 * @param script what to run; it ends no script element
 * @param options.isNotFound whether it is the page for addresses that lead nowhere
 * @throws Error if the page does not say its charset
 */
export function withFirstScript(
  html: string,
  script: string,
  { isNotFound }: { readonly isNotFound: boolean },
): string {
  if (/<\/script/i.test(script)) throw new Error("the first script would end its own element");
  const page = html.replace(SCRIPT, "");
  if (!CHARSET.test(page)) throw new Error("its <head> does not begin with its charset");
  const element = `<script id="opening"${isNotFound ? " data-not-found" : ""}>${script}</script>`;
  return page.replace(CHARSET, (charset) => charset + element);
}

/**
 * A script without its comments and indentation, and otherwise as it is written: no tool may make newer syntax of it.
 * @throws SyntaxError if it is not ECMAScript 5
 */
export function packed(script: string): string {
  const comments: Comment[] = [];
  parse(script, { ecmaVersion: 5, onComment: comments });
  let [code, from] = ["", 0];
  for (const { start, end } of comments) {
    code += script.slice(from, start);
    from = end;
  }
  code += script.slice(from);
  const lines = code.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join("\n");
}
