/** The whole page: the picture, and over it how things stand and what can be done. */
import { Suspense, useRef, useState } from "react";
import { usePlayer } from "../hooks/use-player.ts";
import { useWakeLock } from "../hooks/use-wake-lock.ts";
import { ViewState } from "../player/core/view-state.ts";
import { titleWords } from "../player/core/words.ts";
import { loadLater } from "./load-later.ts";
import { Screen } from "./screen.tsx";
import { StatusBar } from "./status-bar.tsx";

// The picture comes first; by the time that it is there, so are these.
const Controls = loadLater(async () => (await import("./controls.tsx")).Controls);

/** @param props.version of the page, for whoever asks which one it is */
export function Viewer(props: { readonly version: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view] = useState(() => new ViewState());
  const { snapshot, canvasKey, retry, handle } = usePlayer(canvas);
  const { room, picture, connection, ageS } = snapshot;
  const stale = ageS !== undefined;
  useWakeLock(connection.state === "connected" && picture !== undefined && !stale);
  return (
    <main>
      <title>{titleWords(snapshot)}</title>
      <h1 className="sr-only">Screen Share</h1>
      {/* Another key, another canvas: see use-player.ts. */}
      <Screen key={canvasKey} {...{ canvas, view, picture, stale }} />
      <StatusBar snapshot={snapshot} retry={retry} title={`Screen Share ${props.version}`} />
      <Suspense>
        {handle && <Controls {...{ handle, view, room }} hasPicture={picture !== undefined} />}
      </Suspense>
    </main>
  );
}
