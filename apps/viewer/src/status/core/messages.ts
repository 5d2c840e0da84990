/** The messages of the page, by state: what is happening, and what to do next. docs/what-the-page-says.md lists them for users. Pure. */
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { EndingKind } from "../../player/core/ending.ts";
import type { LossKind } from "../../player/core/loss.ts";

/** `good`: all is well; `calm`: waiting for the user; `busy`: continues soon; `away`: waiting for someone else; `bad`: something is wrong. */
export type Tone = "good" | "calm" | "busy" | "away" | "bad";

/** Try again now; reload the page; go to the default room; paste another link. */
export type MessageAction = "retry" | "reload" | "main" | "link";

/** `title` and `detail` contain no changing numbers, so that they are read aloud only when the state changes. */
export interface Message {
  readonly tone: Tone;
  readonly title: string;
  readonly detail?: string;
  /** It needs no attention: the message may shrink to its dot. */
  readonly quiet?: boolean;
  /** Explain how to share a screen in this room. */
  readonly invites?: boolean;
  readonly actions?: readonly MessageAction[];
}

export const CONNECTING: Message = { tone: "busy", title: "Connecting…" };

export const OFFLINE = {
  tone: "bad",
  title: "You are offline",
  detail: "This device has no network connection. The page reconnects when it is back.",
} satisfies Message;

/** While the host is live. */
export const LIVE = {
  current: { tone: "good", quiet: true, title: "Live" },
  behind: { tone: "busy", quiet: true, title: "Catching up" },
  first: { tone: "busy", title: "The host is live", detail: "The picture is on its way." },
  arriving: {
    tone: "busy",
    title: "The picture is arriving",
    detail: "Until it is complete, parts of it are missing or outdated.",
  },
  stale: {
    tone: "away",
    title: "Nothing new from the host",
    detail: "The host is live, but no pictures arrive. Its connection may be slow.",
  },
  undecodable: {
    tone: "bad",
    title: "The host’s picture cannot be shown",
    detail:
      "Pictures arrive, but this browser cannot decode them. They may be damaged or in an unsupported format.",
  },
  own: {
    tone: "calm",
    title: "You are looking at your own screen",
    detail:
      "This page is on the shared screen, so the picture contains itself. Other viewers are not affected. Open the link on another device, or close this page.",
  },
} satisfies Record<string, Message>;

type AwayHost = Extract<ConnectionState, { state: "waiting" }>["host"];

/** While the page is connected, but the host is not live. `gone`: the host is offline, and its last picture is shown. */
export const AWAY: Readonly<Record<AwayHost | "gone", Message>> = {
  unknown: CONNECTING,
  offline: {
    tone: "away",
    invites: true,
    title: "Waiting for the host",
    detail: "Nobody is sharing here right now. The screen appears as soon as someone does.",
  },
  gone: {
    tone: "away",
    title: "The host is offline",
    detail: "This is the last picture. Playback resumes when the host is back.",
  },
  paused: {
    tone: "away",
    title: "The host has paused",
    detail: "Playback resumes when the host does.",
  },
  stopped: {
    tone: "away",
    invites: true,
    title: "The host has stopped sharing",
    detail: "The picture was removed. If sharing starts again, it appears here.",
  },
};

const bad =
  (...actions: readonly MessageAction[]) =>
  (title: string, detail: string): Message => ({ tone: "bad", title, detail, actions });
const [retrying, askingForLink, reloading] = [bad("retry"), bad("link"), bad("reload")];

/** While there is no connection, and the page tries again. */
export const LOSS: Readonly<Record<LossKind, Message>> = {
  unreachable: retrying(
    "The relay cannot be reached",
    "It may be down, or a proxy or firewall may be blocking WebSockets.",
  ),
  lost: retrying(
    "The connection was lost",
    "The page reconnects as soon as it can reach the relay.",
  ),
  restarting: {
    ...retrying("The relay is restarting", "This takes a few seconds."),
    tone: "busy",
  },
  "room-full": retrying(
    "The room is full",
    "It has the maximum number of viewers. You will be let in when another viewer leaves.",
  ),
  "relay-full": retrying(
    "The relay is full",
    "It accepts no more connections right now. You will be let in when there is room.",
  ),
  throttled: retrying(
    "Too many attempts",
    "Invalid links were tried too often from your network. If yours is old, ask for a new one.",
  ),
  silent: retrying("The relay has gone silent", "Your connection to it may be very slow, or down."),
  "too-large": retrying(
    "The host’s picture is too large",
    "This page shows up to 33 million pixels. The host can share a smaller picture.",
  ),
  garbled: bad("retry", "reload")(
    "This page and the relay are incompatible",
    "They may have different versions. Reloading the page may help.",
  ),
};

/** When trying again cannot help. Some messages contain the relay's reason. */
export const ENDING: Readonly<Record<EndingKind, Message | ((reason: string) => Message)>> = {
  "no-token": {
    // Nothing is wrong: the address just lacks a token.
    tone: "calm",
    title: "Open a shared screen",
    detail: "It opens only with the link that you were given. Paste the link here.",
    actions: ["link"],
  },
  "damaged-link": askingForLink(
    "This link is damaged",
    "Part of it is missing. Copy the whole link and paste it here, or ask for a new one.",
  ),
  expired: askingForLink(
    "This link has expired",
    "Ask the person sharing the screen for a new one.",
  ),
  "ended-by-host": askingForLink(
    "This link was revoked",
    "The host has revoked all earlier links. Ask for a new one.",
  ),
  "invalid-token": askingForLink(
    "This link does not work",
    "It is invalid or incomplete. Ask the person sharing the screen for a new one.",
  ),
  "wrong-link": askingForLink(
    "This link is for another room",
    "Ask the person sharing the screen for the right one.",
  ),
  "wrong-page": (reason) =>
    retrying(
      "This page is not allowed to watch",
      `${reason === "" ? "The relay gives no reason." : `The relay reports: ${reason}.`} Its operator can allow the address of this page.`,
    ),
  "room-name": bad("link", "main")(
    "This room name is not valid",
    "Room names have up to 64 letters, digits, hyphens and underscores.",
  ),
  blocked: retrying(
    "The browser blocked the connection",
    "A page that was loaded over https can only use a relay with https. Ask for a link to one, or to the relay’s own page.",
  ),
  unloaded: reloading(
    "Part of this page could not be loaded or started",
    "The connection may have been interrupted.",
  ),
  updated: reloading("This page was updated", "Reload it to get the new version."),
  incompatible: (reason) =>
    reloading(
      "The relay refuses this page",
      `${reason === "" ? "They may have different versions." : `It reports: ${reason}.`} Reloading the page may help.`,
    ),
};
