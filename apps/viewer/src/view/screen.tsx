/** The picture's place on the page. Only the painter draws on the canvas. */
import type { Size } from "@screen-share/protocol";
import type { RefObject } from "react";
import type { ViewState } from "./core/view-state.ts";
import styles from "./screen.module.css";
import { useDeviceBox } from "./use-device-box.ts";
import { usePlacement } from "./use-placement.ts";

/**
 * @param props.stage the element around the picture
 * @param props.view the visible part of the picture
 * @param props.picture the size of the drawn picture; undefined if there is none, and then nothing is shown
 * @param props.stale dims the picture, because it is out of date
 */
export function Screen(props: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly stage: RefObject<HTMLDivElement | null>;
  readonly view: ViewState;
  readonly picture: Size | undefined;
  readonly stale: boolean;
}) {
  const { canvas, stage, view, picture } = props;
  const box = useDeviceBox(stage);
  usePlacement({ canvas, stage, view, picture, box });
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
