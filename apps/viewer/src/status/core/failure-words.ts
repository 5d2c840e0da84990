/** The words for whatever can go wrong: what it is, and what to do next. Pure. */
import type { Ending, EndingKind } from "../../player/core/ending.ts";
import type { LossKind } from "../../player/core/loss.ts";

export interface Words {
  readonly title: string;
  /** A sentence or two: what it means, and what happens next. */
  readonly detail: string | undefined;
}

/** Try again now; load the page anew; go to the room of everyone; paste another link. */
export type Action = "retry" | "reload" | "main" | "link";

/** The browser itself says that there is no network. */
export const OFFLINE_WORDS: Words = {
  title: "You are offline",
  detail: "This device has no network. The page goes on by itself when it is back.",
};

export const LOSS_WORDS: Readonly<Record<LossKind, Words>> = {
  unreachable: {
    title: "The relay cannot be reached",
    detail: "It may be down, or something on the way blocks WebSockets.",
  },
  lost: {
    title: "The connection was lost",
    detail: "The page goes on by itself when the relay can be reached again.",
  },
  restarting: { title: "The relay is restarting", detail: "That takes a few seconds." },
  "room-full": {
    title: "The room is full",
    detail: "As many watch as the relay allows. You are let in when somebody leaves.",
  },
  "relay-full": {
    title: "The relay is full",
    detail: "It takes nobody else right now. You are let in when there is room.",
  },
  throttled: {
    title: "Too many attempts",
    detail:
      "Links that open nothing were tried too often from your network. If yours is old, ask for a new one.",
  },
  silent: {
    title: "The relay has gone silent",
    detail: "Your connection to it may be very slow, or gone.",
  },
  "too-large": {
    title: "The host’s picture is too large",
    detail:
      "This page shows pictures of up to 33 million pixels. The host can share a smaller one.",
  },
  garbled: {
    title: "Page and relay do not understand each other",
    detail: "They may be of different versions. Loading the page anew may help.",
  },
};

type EndingWords = Words & { readonly actions: readonly Action[] };

export const ENDING_WORDS: Readonly<Record<EndingKind, (ending: Ending) => EndingWords>> = {
  "no-token": () => ({
    title: "Open a shared screen",
    detail: "It opens only with the link that you were given. Paste it here.",
    actions: ["link"],
  }),
  "damaged-link": () => ({
    title: "This link was damaged on its way",
    detail: "A part of it is missing. Copy the whole link and paste it here, or ask for a new one.",
    actions: ["link"],
  }),
  expired: () => ({
    title: "This link has expired",
    detail: "Ask whoever shares the screen for a new one.",
    actions: ["link"],
  }),
  "ended-by-host": () => ({
    title: "This link was ended",
    detail: "The host has ended all earlier links. Ask for a new one.",
    actions: ["link"],
  }),
  "invalid-token": () => ({
    title: "This link does not work",
    detail: "It is not valid here, or not complete. Ask whoever shares the screen for a new one.",
    actions: ["link"],
  }),
  "wrong-link": () => ({
    title: "This link is for another room",
    detail: "Ask whoever shares the screen for the right one.",
    actions: ["link"],
  }),
  "wrong-page": ({ told }) => ({
    title: "This page may not watch here",
    detail: `${told === "" ? "The relay does not say why." : `The relay says: ${told}.`} Whoever runs it can allow this page’s address.`,
    actions: ["retry"],
  }),
  "room-name": () => ({
    title: "No room can be called that",
    detail: "A room’s name is up to 64 letters, digits, hyphens and underscores.",
    actions: ["link", "main"],
  }),
  blocked: () => ({
    title: "The browser blocks the connection",
    detail:
      "A page that came over https may not use a relay without it. Ask for a link to a relay with https, or to the relay’s own page.",
    actions: ["retry"],
  }),
  unloaded: () => ({
    title: "A part of this page could not be loaded or started",
    detail: "The connection may have been interrupted.",
    actions: ["reload"],
  }),
  updated: () => ({
    title: "This page was updated",
    detail: "Reload it to get the new version.",
    actions: ["reload"],
  }),
  incompatible: ({ told }) => ({
    title: "The relay refuses this page",
    detail: `${told === "" ? "They may be of different versions." : `It says: ${told}.`} Loading the page anew may help.`,
    actions: ["reload"],
  }),
};
