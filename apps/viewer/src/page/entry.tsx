/** The whole page: to where its link leads. */

import { LaterJoinForm } from "../links/later-join-form.tsx";
import { type Entrance, entranceOf, type Link } from "../links/link.ts";
import { pageRelays } from "../links/relays.ts";
import { useLink } from "../links/use-link.ts";
import { missingIn } from "../player/support.ts";
import { Notice } from "../status/notice.tsx";
import ui from "../ui/ui.module.css";
import { Viewer } from "./viewer.tsx";

/** @param props.version of the page, for whoever asks which one it is */
export function Entry(props: { readonly version: string }) {
  const link = useLink();
  const { embedded = false, transparent = false } = link?.options ?? {};
  return (
    <main data-embedded={embedded || undefined} data-transparent={transparent || undefined}>
      <h1 className={ui.srOnly}>Screen Share</h1>
      <Inside link={link} entrance={link && whereTo(link)} version={props.version} />
    </main>
  );
}

/** A relay's name as somebody else wrote it. */
function shortened(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name;
}

function whereTo(link: Link): Entrance {
  const page = { relayCount: pageRelays().length, missing: missingIn(window) };
  return entranceOf(link, page);
}

function Inside(props: {
  readonly link: Link | undefined;
  readonly entrance: Entrance | undefined;
  readonly version: string;
}) {
  const { link, entrance, version } = props;
  const tip = `Screen Share ${version}`;
  switch (entrance?.kind) {
    case undefined:
      return <Viewer link={undefined} version={version} />;
    case "watch":
      // Another relay is another player, with a canvas of its own.
      return <Viewer key={entrance.relayUrl} link={link} version={version} />;
    case "choose":
      return (
        <>
          <title>Screen Share</title>
          <Notice
            form="page"
            tip={tip}
            state="choose"
            tone="calm"
            title="Open a shared screen"
            detail="Paste the link that you were given, or enter a room’s name and where it is."
          >
            <LaterJoinForm />
          </Notice>
        </>
      );
    case "unknown-relay":
      return (
        <>
          <title>Unknown relay · Screen Share</title>
          <Notice
            form="page"
            tip={tip}
            state="unknown-relay"
            tone="bad"
            title="This link leads to a relay that this page does not know"
            detail="It was not followed, and nothing was sent. Open the link that the relay’s own page gives, or ask for another one."
            remarks={[shortened(entrance.name)]}
          >
            <LaterJoinForm />
          </Notice>
        </>
      );
    case "unsupported":
      return (
        <>
          <title>Browser too old · Screen Share</title>
          <Notice
            form="page"
            tip={tip}
            state="unsupported"
            tone="bad"
            title="This browser cannot show the screen"
            detail={`It lacks ${entrance.missing}. Any newer Chrome, Edge, Firefox or Safari will do.`}
          />
        </>
      );
    default:
      return entrance satisfies never;
  }
}
