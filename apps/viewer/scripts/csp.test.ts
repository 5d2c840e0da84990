import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { withPolicy } from "./csp.ts";

const CHARSET = '<meta charSet="utf-8"/>';
const page = (head: string, body = "") =>
  `<!DOCTYPE html><html><head>${CHARSET}${head}</head><body>${body}</body></html>`;
const policyOf = (html: string) =>
  /<meta http-equiv="Content-Security-Policy" content="([^"]*)"\/>/.exec(withPolicy(html))?.[1];
const directive = (html: string, name: string) =>
  policyOf(html)
    ?.split("; ")
    .find((each) => each.startsWith(`${name} `));
const sha256 = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

describe("withPolicy", () => {
  it("puts the policy right behind the charset, before anything that it is to hold for", () => {
    const html = withPolicy(page('<script src="/a.js"></script>'));
    expect(html).toContain(`<head>${CHARSET}<meta http-equiv="Content-Security-Policy" content="`);
    expect(html.match(/http-equiv/g)).toHaveLength(1);
  });

  it("finds the charset whatever else its tag contains", () => {
    const charset = '<meta charSet="utf-8" data-next-head=""/>';
    const html = `<html><head>${charset}<title>x</title></head></html>`;
    expect(withPolicy(html)).toContain(
      `<head>${charset}<meta http-equiv="Content-Security-Policy"`,
    );
  });

  it("lets workers begin only where they have the page's policy", () => {
    expect(directive(page(""), "worker-src")).toBe("worker-src blob:");
  });

  it("allows each inline script by its hash, and nothing unsafe", () => {
    const [first, second] = ['self.a=[1,"</b>"]', "line\nline"];
    const body = `<script id="x">${first}</script><script>line\r\nline</script><script>${first}</script>`;
    const html = page('<script src="/a.js" async=""></script>', body);
    expect(directive(html, "script-src")).toBe(
      `script-src 'self' ${sha256(first)} ${sha256(second)}`,
    );
    expect(policyOf(html)).not.toContain("unsafe");
    expect(policyOf(html)).toMatch(/^default-src 'none'; /);
  });

  it("lets the page reach its own server, and the relays that it names", () => {
    const naming = (relay: string) => page(`<meta name="relay" content="${relay}"/>`);
    const connect = (html: string) => directive(html, "connect-src");
    expect(connect(page(""))).toBe("connect-src 'self'");
    expect(connect(naming("wss://relay.example/a/ws/viewer"))).toBe(
      "connect-src 'self' wss://relay.example https://relay.example",
    );
    expect(connect(naming("ws://localhost:8000/ws/viewer"))).toBe(
      "connect-src 'self' ws://localhost:8000 http://localhost:8000",
    );
    const three =
      "wss://a.example/ws/viewer,wss://b.example/x/ws/viewer,wss://b.example/y/ws/viewer";
    expect(connect(naming(three))).toBe(
      "connect-src 'self' wss://a.example https://a.example wss://b.example https://b.example",
    );
  });

  it("changes nothing the second time, and follows what has changed meanwhile", () => {
    const once = withPolicy(page("", "<script>a</script>"));
    expect(withPolicy(once)).toBe(once);
    const changed = withPolicy(once.replace("<script>a", "<script>b"));
    expect(changed).toBe(withPolicy(page("", "<script>b</script>")));
  });

  it("refuses a page with what the policy would block, or without a place for it", () => {
    const refusals: [string, RegExp][] = [
      [page("", "<p title='a>b' onClick='x()'>"), /<p> has the attribute "onclick"/],
      [page("", "<svg/onload=x()>"), /<svg> has the attribute "onload"/],
      [page("", '<script src="/a.js" onerror="x()"></script>'), /<script> .*"onerror"/],
      [page("", '<p style="color:red">'), /<p> has the attribute "style"/],
      [page("<style>p{}</style>"), /it has a <style>/],
      [`<html><header>${CHARSET}</header></html>`, /no <head>/],
      [`<html><head><title>x</title>${CHARSET}</head></html>`, /begin with its charset/],
    ];
    for (const [html, reason] of refusals) expect(() => withPolicy(html)).toThrow(reason);
  });

  it("looks into <template> and <noscript>, which scripts and browsers without scripts show", () => {
    for (const name of ["template", "noscript"]) {
      const html = page("", `<${name}><p style="color:red"></p></${name}>`);
      expect(() => withPolicy(html)).toThrow(/<p> has the attribute "style"/);
    }
  });

  it("treats text as text: in values, scripts and comments nothing is an attribute", () => {
    const harmless =
      '<a title="on x=1 style=2">onclick=1</a><!-- <p onclick="x"> --><script>"<p onclick=1>"</script>';
    expect(() => withPolicy(page("", harmless))).not.toThrow();
  });
});
