/**
 * The script for other people's pages: it defines <screen-share-viewer>, the screen of one room, and nothing else (docs/embedding.md).
 * Loading it twice does no harm. Nothing about the page reaches the host.
 */
import { DEFAULT_ROOM, ROOM_NAME } from "@screen-share/protocol";
import { BUILT_RELAYS, viewerUrl } from "../links/relays.ts";
import type { PlayerHandle } from "../player/handle.ts";
import { play } from "../player/play.ts";
import { missingIn } from "../player/support.ts";
import { statusOf } from "../status/core/status.ts";
import { type EmbedState, embedStateOf, sameEmbedState } from "./embed-state.ts";
import { fillShadow } from "./shadow.ts";

const NAME = "screen-share-viewer";
/** The relay if the page names none: that of the build, or else the server of this script. */
const HOME = BUILT_RELAYS?.[0].url ?? new URL(".", import.meta.url).href;
const FITS: readonly string[] = ["contain", "cover", "scale-down"];
/** The first connection is not worth a notice until it has taken this long. */
const PATIENCE_MS = 1000;
const UNSUPPORTED = "This browser cannot show the screen";

class ScreenShareViewer extends HTMLElement {
  static readonly observedAttributes = ["relay", "room", "token", "fit"];

  readonly #shadow = fillShadow(this.attachShadow({ mode: "open" }), () => this.retry());
  #token: string | undefined;
  #state: EmbedState | undefined;
  #player: PlayerHandle | undefined;
  #relayUrl: string | undefined;
  #playing: AbortController | undefined;
  #due = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /** The token for the room, if it needs one. It cannot be read back. */
  set token(token: string | undefined) {
    this.#token = token || undefined;
    this.#apply();
  }

  /** The current state; undefined while the element is on no page. */
  get state(): EmbedState | undefined {
    return this.#state;
  }

  /** Retries now, unless it is connected or connecting. */
  retry(): void {
    this.#player?.retry();
  }

  connectedCallback(): void {
    this.#takeEarlyToken();
    this.#apply();
  }

  disconnectedCallback(): void {
    this.#apply();
  }

  attributeChangedCallback(): void {
    this.#apply();
  }

  /** Applies the current attributes and token, once for all changes that a page makes in one go. */
  #apply(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#play();
      else {
        this.#stop();
        this.#state = undefined;
      }
    });
  }

  #play(): void {
    const fit = this.getAttribute("fit") ?? "";
    this.#shadow.canvas.style.objectFit = FITS.includes(fit) ? fit : "";
    const missing = missingIn(window);
    if (missing !== undefined) {
      this.#giveUp(UNSUPPORTED, `It lacks ${missing}.`);
      return;
    }
    let relayUrl: string;
    try {
      relayUrl = viewerUrl(this.getAttribute("relay") || HOME);
    } catch {
      this.#giveUp("No such relay", "The address given in this page does not belong to a relay.");
      return;
    }
    try {
      if (relayUrl !== this.#relayUrl) this.#start(relayUrl);
    } catch {
      this.#giveUp(UNSUPPORTED, "It does not support canvas drawing.");
      return;
    }
    const room = this.getAttribute("room") || DEFAULT_ROOM;
    const token = this.#token ?? (this.getAttribute("token") || undefined);
    this.#player?.enter(ROOM_NAME.test(room) ? room : undefined, token);
    this.#update();
  }

  /** The page around it is at fault, not the relay. */
  #giveUp(title: string, detail: string): void {
    this.#stop();
    this.#shadow.notify({ title, detail, actions: [] });
    const unknown = { viewers: undefined, picture: undefined, ageS: undefined };
    this.#report({ state: "ended", title, detail, ...unknown });
  }

  /** Plays on the page's own thread, because the page may forbid workers. Pauses while the tab is hidden, or scrolled out of view. */
  #start(relayUrl: string): void {
    this.#stop();
    const playing = new AbortController();
    const { signal } = playing;
    const { canvas } = this.#shadow;
    let inView = true;
    const isVisible = () => inView && document.visibilityState === "visible";
    const player = play(canvas, {
      relayUrl,
      visible: isVisible(),
      onDrawn({ updates }) {
        canvas.dataset.updates = String(updates);
      },
    });
    const updateVisible = () => player.setVisible(isVisible());
    const intersection = new IntersectionObserver((entries) => {
      inView = entries.at(-1)?.isIntersecting ?? true;
      updateVisible();
    });
    // The element around the canvas: the canvas itself is hidden until there is a picture.
    intersection.observe(canvas.parentElement ?? canvas);
    document.addEventListener("visibilitychange", updateVisible, { signal });
    for (const network of ["online", "offline"] as const) {
      const update = () => {
        player[network]();
        this.#update();
      };
      window.addEventListener(network, update, { signal });
    }
    signal.addEventListener("abort", () => {
      intersection.disconnect();
      player.stop();
    });
    player.subscribe(() => this.#update());
    this.#playing = playing;
    this.#player = player;
    this.#relayUrl = relayUrl;
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      this.#update();
    }, PATIENCE_MS);
  }

  #stop(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#playing?.abort();
    this.#playing = undefined;
    this.#player = undefined;
    this.#relayUrl = undefined;
    this.#shadow.show("none");
  }

  #update(): void {
    if (!this.#player) return;
    const snapshot = this.#player.getSnapshot();
    const browser = { online: navigator.onLine };
    const status = statusOf(snapshot, browser);
    const { picture, ageS, connection } = snapshot;
    const first = connection.state === "connecting" && connection.after === undefined;
    const quiet = status.quiet || (first && this.#patience !== undefined);
    this.#shadow.show(!picture ? "none" : ageS === undefined ? "current" : "stale");
    this.#shadow.notify(quiet ? undefined : status);
    this.#report(embedStateOf(snapshot, browser));
  }

  #report(state: EmbedState): void {
    if (sameEmbedState(this.#state, state)) return;
    this.#state = state;
    this.dispatchEvent(new CustomEvent("statechange", { detail: state }));
  }

  /** A token set before this class was defined is a plain property of the element. */
  #takeEarlyToken(): void {
    const early = Object.getOwnPropertyDescriptor(this, "token");
    if (!early) return;
    const { value } = early;
    Reflect.deleteProperty(this, "token");
    if (typeof value === "string") this.token = value;
  }
}

if (!customElements.get(NAME)) customElements.define(NAME, ScreenShareViewer);
