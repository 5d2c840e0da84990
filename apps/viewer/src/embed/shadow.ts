/** The content of the element: a canvas, and a notice over it while there is something to report. */
import type { Status } from "../status/core/status.ts";

const STYLE = `
  :host { display: block; position: relative; overflow: hidden; aspect-ratio: 16 / 9; background: #000; contain: content }
  :host([hidden]) { display: none }
  .stage { position: absolute; inset: 0 }
  canvas { display: block; width: 100%; height: 100%; object-fit: contain; transition: opacity 300ms }
  canvas[data-stale] { opacity: 0.6 }
  [hidden] { display: none }
  .status { position: absolute; left: 0.5rem; top: 0.5rem; max-width: calc(100% - 1rem); box-sizing: border-box;
    padding: 0.5rem 0.75rem; border-radius: 0.75rem; background: rgb(23 23 27 / 0.94); color: #fafafa;
    font: 0.875rem/1.4 system-ui, sans-serif }
  .title { font-weight: 600 }
  .detail { color: #b4b4bd }
  button { margin-top: 0.375rem; padding: 0.25rem 0.75rem; border: 0; border-radius: 0.5rem; background: #fafafa; color: #17171b;
    font: inherit; font-weight: 600; cursor: pointer }
  button:focus-visible { outline: 2px solid #38bdf8; outline-offset: 2px }
  @media (prefers-reduced-motion: reduce) { canvas { transition: none } }
`;

export interface Shadow {
  readonly canvas: HTMLCanvasElement;
  notify(status: Pick<Status, "title" | "detail" | "actions"> | undefined): void;
  show(picture: "none" | "current" | "stale"): void;
}

/** Fills a shadow root without parsing markup and without a style element, so that pages with strict policies allow it. */
export function fillShadow(root: ShadowRoot, retry: () => void): Shadow {
  addStyle(root);
  const stage = element("div", { class: "stage" });
  const name = "The shared screen";
  const canvas = element("canvas", { role: "img", "aria-label": name, part: "canvas", hidden: "" });
  stage.append(canvas);
  const box = element("div", { class: "status", part: "status", hidden: "" });
  const text = element("div", { role: "status" });
  const title = element("div", { class: "title" });
  const detail = element("div", { class: "detail" });
  text.append(title, detail);
  const button = element("button", { type: "button" });
  button.textContent = "Retry now";
  button.addEventListener("click", retry);
  box.append(text, button);
  root.append(stage, box);
  return {
    canvas,
    notify(status) {
      box.hidden = status === undefined;
      setText(title, status?.title);
      setText(detail, status?.detail);
      button.hidden = !status?.actions.includes("retry");
    },
    show(picture) {
      canvas.hidden = picture === "none";
      canvas.toggleAttribute("data-stale", picture === "stale");
    },
  };
}

function addStyle(root: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // An old browser. The notice about it must be readable there too.
    root.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
  }
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>>,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

/** Leaves an unchanged text alone: setting it would have it read aloud again. */
function setText(target: HTMLElement, text = ""): void {
  if (target.textContent !== text) target.textContent = text;
}
