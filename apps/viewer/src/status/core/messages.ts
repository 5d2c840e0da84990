/** The messages of the page, by state: what is happening, and what to do next. docs/what-the-page-says.md lists them for users. Pure. */
import type { ConnectionState } from "../../player/core/connection-state.ts";
import type { Ending, EndingKind } from "../../player/core/ending.ts";
import type { LossKind } from "../../player/core/loss.ts";

/** `good`: all is well; `calm`: the user's turn; `busy`: it continues soon; `away`: it waits for someone else; `bad`: something is wrong. */
export type Tone = "good" | "calm" | "busy" | "away" | "bad";

/** Try again now; reload the page; go to the default room; paste another link. */
export type MessageAction = "retry" | "reload" | "main" | "link";

/** `title` and `detail` contain no numbers that count, so that they are read aloud only when the state changes. */
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
    detail: "Nobody is sharing here right now. The screen appears as soon as somebody does.",
  },
  gone: {
    tone: "away",
    title: "The host is offline",
    detail: "This is the last picture. The page continues when the host is back.",
  },
  paused: {
    tone: "away",
    title: "The host has paused",
    detail: "The page continues when the host resumes sharing.",
  },
  stopped: {
    tone: "away",
    invites: true,
    title: "The host has stopped sharing",
    detail: "The picture was removed. If sharing starts again, it appears here.",
  },
};

const RETRY = { tone: "bad", actions: ["retry"] } as const;

/** While there is no connection, and the page tries again. */
export const LOSS: Readonly<Record<LossKind, Message>> = {
  unreachable: {
    ...RETRY,
    title: "The relay cannot be reached",
    detail: "It may be down, or a proxy or firewall may be blocking WebSockets.",
  },
  lost: {
    ...RETRY,
    title: "The connection was lost",
    detail: "The page reconnects as soon as it can reach the relay.",
  },
  restarting: {
    ...RETRY,
    tone: "busy",
    title: "The relay is restarting",
    detail: "This takes a few seconds.",
  },
  "room-full": {
    ...RETRY,
    title: "The room is full",
    detail: "It has the maximum number of viewers. You will be let in when somebody leaves.",
  },
  "relay-full": {
    ...RETRY,
    title: "The relay is full",
    detail: "It accepts no more connections right now. You will be let in when there is room.",
  },
  throttled: {
    ...RETRY,
    title: "Too many attempts",
    detail:
      "Invalid links were tried too often from your network. If yours is old, ask for a new one.",
  },
  silent: {
    ...RETRY,
    title: "The relay has gone silent",
    detail: "Your connection to it may be very slow, or down.",
  },
  "too-large": {
    ...RETRY,
    title: "The host’s picture is too large",
    detail: "This page shows up to 33 million pixels. The host can share a smaller picture.",
  },
  garbled: {
    tone: "bad",
    title: "This page and the relay are incompatible",
    detail: "They may have different versions. Reloading the page may help.",
    actions: ["retry", "reload"],
  },
};

const NEW_LINK = { tone: "bad", actions: ["link"] } as const;
const RELOAD = { tone: "bad", actions: ["reload"] } as const;

/** When trying again cannot help. */
export const ENDING: Readonly<Record<EndingKind, (ending: Ending) => Message>> = {
  "no-token": () => ({
    // Nothing is wrong: the address only says too little.
    tone: "calm",
    title: "Open a shared screen",
    detail: "It opens only with the link that you were given. Paste the link here.",
    actions: ["link"],
  }),
  "damaged-link": () => ({
    ...NEW_LINK,
    title: "This link was damaged on its way",
    detail: "Part of it is missing. Copy the whole link and paste it here, or ask for a new one.",
  }),
  expired: () => ({
    ...NEW_LINK,
    title: "This link has expired",
    detail: "Ask the person who shares the screen for a new one.",
  }),
  "ended-by-host": () => ({
    ...NEW_LINK,
    title: "This link was ended",
    detail: "The host has ended all earlier links. Ask for a new one.",
  }),
  "invalid-token": () => ({
    ...NEW_LINK,
    title: "This link does not work",
    detail: "It is invalid or incomplete. Ask the person who shares the screen for a new one.",
  }),
  "wrong-link": () => ({
    ...NEW_LINK,
    title: "This link is for another room",
    detail: "Ask the person who shares the screen for the right one.",
  }),
  "wrong-page": ({ reason }) => ({
    tone: "bad",
    title: "This page is not allowed to watch",
    detail: `${reason === "" ? "The relay gives no reason." : `The relay says: ${reason}.`} Its operator can allow the address of this page.`,
    actions: ["retry"],
  }),
  "room-name": () => ({
    tone: "bad",
    title: "This room name is not valid",
    detail: "Room names have up to 64 letters, digits, hyphens and underscores.",
    actions: ["link", "main"],
  }),
  blocked: () => ({
    tone: "bad",
    title: "The browser blocks the connection",
    detail:
      "A page that was loaded over https can only use a relay with https. Ask for a link to one, or to the relay’s own page.",
    actions: ["retry"],
  }),
  unloaded: () => ({
    ...RELOAD,
    title: "Part of this page could not be loaded or started",
    detail: "The connection may have been interrupted.",
  }),
  updated: () => ({
    ...RELOAD,
    title: "This page was updated",
    detail: "Reload it to get the new version.",
  }),
  incompatible: ({ reason }) => ({
    ...RELOAD,
    title: "The relay refuses this page",
    detail: `${reason === "" ? "They may have different versions." : `It says: ${reason}.`} Reloading the page may help.`,
  }),
};
