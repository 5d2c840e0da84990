/** The whole page: the viewer, or an explanation why the link leads nowhere. */
import { type Entrance, entranceOf } from "../links/link.ts";
import { pageRelays } from "../links/relays.ts";
import { useLink } from "../links/use-link.ts";
import { missingIn } from "../player/support.ts";
import { LaterJoinForm } from "../status/actions.tsx";
import { Notice, type NoticeProps } from "../status/notice.tsx";
import ui from "../ui/ui.module.css";
import { Viewer } from "./viewer.tsx";

export function Entry({ version }: { readonly version: string }) {
  const link = useLink();
  const { embedded = false, transparent = false } = link?.options ?? {};
  const entrance =
    link && entranceOf(link, { relayCount: pageRelays().length, missing: missingIn(window) });
  return (
    <main data-embedded={embedded || undefined} data-transparent={transparent || undefined}>
      <h1 className={ui.srOnly}>Screen Share</h1>
      {entrance === undefined || entrance.kind === "watch" ? (
        // Another relay gets another player, with its own canvas.
        <Viewer key={entrance?.relayUrl} {...{ link, version }} />
      ) : (
        <Explanation {...{ entrance, version }} />
      )}
    </main>
  );
}

type Closed = Exclude<Entrance, { kind: "watch" }>;

function Explanation(props: { readonly entrance: Closed; readonly version: string }) {
  const { entrance, version } = props;
  const { tab, ...message } = messageOf(entrance);
  return (
    <>
      <title>{tab}</title>
      <Notice form="page" tip={`Screen Share ${version}`} state={entrance.kind} {...message}>
        {entrance.kind !== "unsupported" && <LaterJoinForm />}
      </Notice>
    </>
  );
}

interface Explained extends Pick<NoticeProps, "tone" | "title" | "detail" | "remarks"> {
  /** The title of the browser's tab. */
  readonly tab: string;
}

function messageOf(entrance: Closed): Explained {
  switch (entrance.kind) {
    case "choose":
      return {
        tab: "Screen Share",
        tone: "calm",
        title: "Open a shared screen",
        detail: "Paste the link that you were given, or choose a relay and enter a room name.",
      };
    case "unknown-relay":
      return {
        tab: "Unknown relay · Screen Share",
        tone: "bad",
        title: "This link leads to a relay that this page does not know",
        detail:
          "The link was not followed, and nothing was sent. Open it on the relay’s own page, or ask for another link.",
        // The name comes from the link, so it may be of any length.
        remarks: [entrance.name.replace(/^(.{200}).+/s, "$1…")],
      };
    case "unsupported":
      return {
        tab: "Browser too old · Screen Share",
        tone: "bad",
        title: "This browser cannot show the screen",
        detail: `It lacks ${entrance.missing}. Use a recent version of Chrome, Edge, Firefox or Safari.`,
      };
    default:
      return entrance satisfies never;
  }
}
