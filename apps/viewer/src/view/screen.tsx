/** The picture's place on the page, and the gestures on it. Only the painter draws on the canvas. */
import type { Size } from "@screen-share/protocol";
import { type RefObject, useRef } from "react";
import type { ViewState } from "./core/view-state.ts";
import styles from "./screen.module.css";
import { useDeviceBox } from "./use-device-box.ts";
import { useGestures } from "./use-gestures.ts";
import { usePlacement } from "./use-placement.ts";

/**
 * @param props.view the visible part of the picture; gestures change it
 * @param props.picture the size of the drawn picture; undefined if there is none, and then nothing is shown
 * @param props.stale dims the picture, because it is out of date
 * @param props.gestures whether gestures move and zoom the picture; if not, wheel and touch are left to the page around this one
 */
export function Screen(props: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly view: ViewState;
  readonly picture: Size | undefined;
  readonly stale: boolean;
  readonly gestures: boolean;
}) {
  const { canvas, view, picture, gestures } = props;
  const stage = useRef<HTMLDivElement>(null);
  const box = useDeviceBox(stage);
  usePlacement({ canvas, stage, view, picture, box });
  useGestures(stage, gestures ? view : undefined);
  return (
    <div ref={stage} data-testid="stage" className={styles.stage}>
      <canvas
        ref={canvas}
        data-testid="screen"
        data-updates="0"
        role="img"
        aria-label="The shared screen"
        className={styles.canvas}
        data-stale={props.stale || undefined}
        // Not by a style: in a page rendered ahead of time that would be an attribute, which the page's policy does not allow.
        hidden={!picture || !box}
      />
    </div>
  );
}
