/** The picture's place on the page, and the hands on it. What is on the canvas is the painter's alone. */
import type { Size } from "@screen-share/protocol";
import { type RefObject, useRef } from "react";
import type { ViewState } from "./core/view-state.ts";
import { useDeviceBox } from "./use-device-box.ts";
import { useHands } from "./use-gestures.ts";
import { usePlaced } from "./use-placement.ts";

/**
 * @param props.view what of the picture is wanted; hands on the picture change it
 * @param props.picture the size of what is drawn; undefined: nothing is, and nothing is shown
 * @param props.stale it is not the present: dimmed
 * @param props.held whether hands move and zoom it; if not, wheel and touch are left to whatever the page stands in
 */
export function Screen(props: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly view: ViewState;
  readonly picture: Size | undefined;
  readonly stale: boolean;
  readonly held: boolean;
}) {
  const { canvas, view, picture, held } = props;
  const stage = useRef<HTMLDivElement>(null);
  const box = useDeviceBox(stage);
  usePlaced({ canvas, stage, view, picture, box });
  useHands(stage, held ? view : undefined);
  return (
    <div ref={stage} data-testid="stage" className="stage">
      <canvas
        ref={canvas}
        data-testid="screen"
        data-updates="0"
        role="img"
        aria-label="The shared screen"
        className="absolute transition-opacity duration-500 motion-reduce:transition-none data-stale:opacity-60"
        data-stale={props.stale || undefined}
        // Not by a style: in a page rendered ahead of time that is an attribute, which the page's policy does not allow.
        hidden={!picture || !box}
      />
    </div>
  );
}
