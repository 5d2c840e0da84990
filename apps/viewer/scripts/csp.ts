/**
 * A page's Content-Security-Policy, made from the page itself: it allows what the page contains, by hash, and nothing else. It comes first
 * in the page's <head>, so that it applies wherever the files are served from. Pure.
 */
import { createHash } from "node:crypto";
import { elementsOf, insertBehindCharset, type PageElement, withoutElements } from "./html.ts";

const POLICY = "Content-Security-Policy";

/**
 * @param html an exported page, with or without a policy; `<meta name="relay">` names the relays that it may connect to
 * @throws Error in plain words if the page contains something that no policy of ours allows, or has no place for one
 */
export function withPolicy(html: string): string {
  const page = withoutElements(html, ({ attributes }) => attributes.get("http-equiv") === POLICY);
  const elements = elementsOf(page);
  const problems = problemsOf(elements);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const meta = `<meta http-equiv="${POLICY}" content="${policyOf(elements)}"/>`;
  return insertBehindCharset(page, meta);
}

function policyOf(elements: readonly PageElement[]): string {
  const hashes = elements
    .filter(({ name, attributes }) => name === "script" && !attributes.has("src"))
    .map(({ text }) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  const relay = elements.find(({ attributes }) => attributes.get("name") === "relay");
  return [
    "default-src 'none'",
    ["script-src 'self'", ...new Set(hashes)].join(" "),
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "media-src blob:",
    // Not 'self': a worker loaded from an address would have the policy of that address, not this one.
    "worker-src blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...relaySources(relay?.attributes.get("content"))].join(" "),
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
    return [`${protocol}//${host}`, `${protocol.replace("ws", "http")}//${host}`];
  });
  return [...new Set(sources)];
}

function problemsOf(elements: readonly PageElement[]): readonly string[] {
  if (!elements.some(({ name }) => name === "head")) {
    return ["it has no <head>, so there is no place for its policy"];
  }
  return elements.flatMap(({ name: element, attributes }) => [
    ...(element === "style" ? ["it has a <style>, which the policy would block"] : []),
    ...[...attributes.keys()]
      .filter((name) => name === "style" || name.startsWith("on"))
      .map((name) => `<${element}> has the attribute "${name}", which the policy would block`),
  ]);
}
