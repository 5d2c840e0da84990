/** The elements of an exported page, as a browser finds them (by parse5), and where they are in its text. Pure. */
import { type DefaultTreeAdapterTypes, parse } from "parse5";

export interface PageElement {
  /** In lower case, like the names of its attributes. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The text directly inside, with line feeds only: what a browser hashes of a script. */
  readonly text: string;
  readonly start: number;
  /** Behind its end tag, if it has one. */
  readonly end: number;
}

/** The elements in the order of their start tags. Those that a browser adds by itself are left out. */
export function elementsOf(html: string): readonly PageElement[] {
  // Without scripting, the content of <noscript> is elements, which a policy concerns, too.
  return under(parse(html, { sourceCodeLocationInfo: true, scriptingEnabled: false }));
}

function under(node: DefaultTreeAdapterTypes.Node): readonly PageElement[] {
  const parent = "content" in node ? node.content : node;
  const children = "childNodes" in parent ? parent.childNodes : [];
  const below = children.flatMap(under);
  if (!("tagName" in node) || !node.sourceCodeLocation) return below;
  const element: PageElement = {
    name: node.tagName,
    attributes: new Map(node.attrs.map(({ name, value }) => [name.toLowerCase(), value])),
    text: children.map((child) => ("value" in child ? child.value : "")).join(""),
    start: node.sourceCodeLocation.startOffset,
    end: node.sourceCodeLocation.endOffset,
  };
  return [element, ...below];
}

/**
 * Inserts text right behind the charset, which must come first: browsers look for it in the first 1024 bytes only (HTML §4.2.5.4).
 * @throws Error in plain words if the <head> does not begin with it
 */
export function insertBehindCharset(html: string, text: string): string {
  const elements = elementsOf(html);
  const charset = elements[elements.findIndex(({ name }) => name === "head") + 1];
  if (!charset?.attributes.has("charset")) {
    throw new Error("its <head> does not begin with its charset");
  }
  return html.slice(0, charset.end) + text + html.slice(charset.end);
}

export function withoutElements(html: string, matches: (element: PageElement) => boolean): string {
  const removed = elementsOf(html).filter(matches).reverse();
  return removed.reduce((page, { start, end }) => page.slice(0, start) + page.slice(end), html);
}
