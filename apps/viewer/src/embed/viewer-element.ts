/**
 * <screen-share-viewer>: one room's screen on somebody else's page. Where to go is said by attributes, the token better by the
 * property; what happens is told by the event `statechange`. Nothing of it reaches a host.
 */
import { DEFAULT_ROOM, ROOM_NAME } from "@screen-share/protocol";
import { viewerUrl } from "../links/relays.ts";
import type { PlayerHandle } from "../player/handle.ts";
import { missingIn } from "../player/support.ts";
import { statusOf } from "../status/core/status.ts";
import { type EmbedState, embedStateOf, sameEmbedState } from "./embed-state.ts";
import { playOnCanvas } from "./playing.ts";
import { fillShadow, type Shadow } from "./shadow.ts";

const FITS: readonly string[] = ["contain", "cover", "scale-down"];
/** Waiting is not worth a word before it has lasted so long, ms. */
const PATIENCE_MS = 1000;

/** Something is wrong with what the page says, not with the relay. */
const unusable = (title: string, detail: string): EmbedState => ({
  state: "ended",
  title,
  detail,
  viewers: undefined,
  picture: undefined,
  ageS: undefined,
});

/** @param home the relay where the page names none, an address of any of its kinds */
export function viewerElement(home: string): CustomElementConstructor {
  return class ScreenShareViewer extends HTMLElement {
    static readonly observedAttributes = ["relay", "room", "token", "fit"];

    readonly #shadow: Shadow;
    #token: string | undefined;
    #state: EmbedState | undefined;
    #player: PlayerHandle | undefined;
    #relayUrl: string | undefined;
    #playing: AbortController | undefined;
    #due = false;
    #patience: ReturnType<typeof setTimeout> | undefined;

    constructor() {
      super();
      this.#shadow = fillShadow(this.attachShadow({ mode: "open" }), () => this.retry());
    }

    /** What opens the room, where it takes that. It cannot be read back. */
    set token(token: string | undefined) {
      this.#token = token || undefined;
      this.#settle();
    }

    /** How things stand; undefined while it is on no page. */
    get state(): EmbedState | undefined {
      return this.#state;
    }

    /** Tries again now, if nothing is connected or being tried. */
    retry(): void {
      this.#player?.retry();
    }

    connectedCallback(): void {
      this.#takeEarlyToken();
      this.#settle();
    }

    disconnectedCallback(): void {
      this.#settle();
    }

    attributeChangedCallback(): void {
      this.#settle();
    }

    /** Brings everything in line with what the page says by now: once, however much of that it changes in one go. */
    #settle(): void {
      if (this.#due) return;
      this.#due = true;
      queueMicrotask(() => {
        this.#due = false;
        if (this.isConnected) this.#play();
        else this.#leave();
      });
    }

    #play(): void {
      const fit = this.getAttribute("fit") ?? "";
      this.#shadow.canvas.style.objectFit = FITS.includes(fit) ? fit : "";
      const relayUrl = addressOf(this.getAttribute("relay") || home);
      const missing = missingIn(window);
      if (relayUrl === undefined || missing !== undefined) {
        this.#giveUp(
          missing === undefined
            ? unusable("No such relay", "The address in this page is not one of a relay.")
            : unusable("This browser cannot show the screen", `It lacks ${missing}.`),
        );
        return;
      }
      try {
        if (relayUrl !== this.#relayUrl) this.#start(relayUrl);
      } catch {
        this.#giveUp(unusable("This browser cannot show the screen", "It draws no canvas."));
        return;
      }
      const room = this.getAttribute("room") || DEFAULT_ROOM;
      const token = this.#token ?? (this.getAttribute("token") || undefined);
      this.#player?.enter(ROOM_NAME.test(room) ? room : undefined, token);
      this.#look();
    }

    /** @param state why nothing can come of what the page says */
    #giveUp(state: EmbedState): void {
      this.#stop();
      this.#shadow.say({ ...state, actions: [] });
      this.#tell(state);
    }

    #start(relayUrl: string): void {
      this.#stop();
      const playing = new AbortController();
      const { signal } = playing;
      const player = playOnCanvas(this.#shadow.canvas, { relayUrl, signal });
      const look = () => this.#look();
      player.subscribe(look);
      window.addEventListener("online", look, { signal });
      window.addEventListener("offline", look, { signal });
      this.#playing = playing;
      this.#player = player;
      this.#relayUrl = relayUrl;
      this.#patience = setTimeout(() => {
        this.#patience = undefined;
        this.#look();
      }, PATIENCE_MS);
    }

    #leave(): void {
      this.#stop();
      this.#state = undefined;
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

    /** Shows what the player says, and tells the page. */
    #look(): void {
      if (!this.#player) return;
      const snapshot = this.#player.getSnapshot();
      const browser = { online: navigator.onLine };
      const status = statusOf(snapshot, browser);
      const { picture, ageS, connection } = snapshot;
      const first = connection.state === "connecting" && connection.after === undefined;
      const quiet = status.quiet || (first && this.#patience !== undefined);
      this.#shadow.show(!picture ? "none" : ageS === undefined ? "current" : "stale");
      this.#shadow.say(quiet ? undefined : status);
      this.#tell(embedStateOf(snapshot, browser));
    }

    #tell(state: EmbedState): void {
      if (sameEmbedState(this.#state, state)) return;
      this.#state = state;
      this.dispatchEvent(new CustomEvent("statechange", { detail: state }));
    }

    /** One that was set before this class was there stands on the element itself. */
    #takeEarlyToken(): void {
      const early = Object.getOwnPropertyDescriptor(this, "token");
      if (!early) return;
      const { value } = early;
      Reflect.deleteProperty(this, "token");
      if (typeof value === "string") this.token = value;
    }
  };
}

function addressOf(relay: string): string | undefined {
  try {
    return viewerUrl(relay);
  } catch {
    return undefined;
  }
}
