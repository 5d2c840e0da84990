/**
 * A page's Content-Security-Policy, made of the page itself: what it holds is allowed, by hash, and nothing else. It stands first in
 * the page's head, so that it holds wherever the files are served from. Pure.
 */
import { createHash } from "node:crypto";

const META = /<meta http-equiv="Content-Security-Policy" content="[^"]*"\/>/g;
const HEAD = /<head(?=[\s>])/i;
/** Browsers look for the charset in the first 1024 bytes only (HTML, §4.2.5.4); the policy is longer than most of what is there. */
const HEAD_AND_CHARSET = /<head(?:\s[^>]*)?><meta charset="[^"]*"(?:\s[^>]*)?\s*\/?>/i;
const RELAY = /<meta name="relay" content="([^"]*)"/;

const COMMENT = /<!--[\s\S]*?-->/g;
const SCRIPT = /<script((?:\s(?:"[^"]*"|'[^']*'|[^"'>])*)?)>([\s\S]*?)<\/script\s*>/gi;
const START_TAG = /<([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi;
const ATTRIBUTE = /([^\s"'>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/**
 * The page with its policy. One that has it already comes back the same.
 * @param html an exported page; it names the relays that it may dial, if not the server of the page alone, in `<meta name="relay">`
 * @throws Error in plain words if the page holds what no policy of ours allows, or has no place for one
 */
export function withPolicy(html: string): string {
  const page = html.replace(META, "");
  const problems = problemsOf(page);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policyOf(page)}"/>`;
  return page.replace(HEAD_AND_CHARSET, (begin) => begin + meta);
}

function policyOf(page: string): string {
  const hashes = inlineScripts(page).map(
    (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    ["script-src 'self'", ...new Set(hashes)].join(" "),
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src blob:",
    // Not 'self': a worker that began at an address would have the policy of that, not this one.
    "worker-src blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...relaySources(RELAY.exec(page)?.[1])].join(" "),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join("; ");
}

/** The relays' origins for sockets and for requests. @param relayUrls comma separated */
function relaySources(relayUrls: string | undefined): readonly string[] {
  if (relayUrls === undefined) return [];
  const sources = relayUrls.split(",").flatMap((relayUrl) => {
    const { protocol, host } = new URL(relayUrl);
    return protocol === "wss:"
      ? [`wss://${host}`, `https://${host}`]
      : [`ws://${host}`, `http://${host}`];
  });
  return [...new Set(sources)];
}

/** As a browser hashes them: line ends are one line feed by then. */
function inlineScripts(page: string): readonly string[] {
  return [...page.matchAll(SCRIPT)]
    .filter(([, attributes = ""]) => !attributeNames(attributes).includes("src"))
    .map(([, , text = ""]) => text.replace(/\r\n?/g, "\n"));
}

function problemsOf(page: string): readonly string[] {
  if (!HEAD.test(page)) return ["it has no <head>, so there is no place for its policy"];
  const problems: string[] = [];
  if (!HEAD_AND_CHARSET.test(page)) problems.push("its <head> does not begin with its charset");
  const markup = page.replace(COMMENT, "").replace(SCRIPT, "<script$1></script>");
  for (const [, tag = "", attributes = ""] of markup.matchAll(START_TAG)) {
    const element = tag.toLowerCase();
    if (element === "style") problems.push("it has a <style>, which the policy would block");
    for (const name of attributeNames(attributes)) {
      if (name === "style" || name.startsWith("on")) {
        problems.push(`<${element}> has the attribute "${name}", which the policy would block`);
      }
    }
  }
  return problems;
}

function attributeNames(attributes: string): readonly string[] {
  return [...attributes.matchAll(ATTRIBUTE)].map(([, name = ""]) => name.toLowerCase());
}
