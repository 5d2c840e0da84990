/** The whole page: the picture, and over it how things stand. */
import { useRef } from "react";
import { usePlayer } from "../hooks/use-player.ts";
import { titleWords } from "../player/core/words.ts";
import { Screen } from "./screen.tsx";
import { StatusBar } from "./status-bar.tsx";

/** @param props.version of the page, for whoever asks which one it is */
export function Viewer(props: { readonly version: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { snapshot, canvasKey, retry } = usePlayer(canvas);
  return (
    <main>
      <title>{titleWords(snapshot)}</title>
      <h1 className="sr-only">Screen Share</h1>
      <Screen
        canvas={canvas}
        canvasKey={canvasKey}
        picture={snapshot.picture}
        stale={snapshot.ageS !== undefined}
      />
      <StatusBar snapshot={snapshot} retry={retry} title={`Screen Share ${props.version}`} />
    </main>
  );
}
