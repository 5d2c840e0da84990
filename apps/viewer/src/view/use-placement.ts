/**
 * Places the canvas according to the view, without React: a gesture moves the picture 60 times per second, and then only four lengths
 * of one element change, once per frame.
 */
import type { Size } from "@screen-share/protocol";
import { type RefObject, useLayoutEffect } from "react";
import type { Placement } from "./core/view.ts";
import type { ViewState } from "./core/view-state.ts";
import type { DeviceBox } from "./use-device-box.ts";

export function usePlacement(options: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly stage: RefObject<HTMLElement | null>;
  readonly view: ViewState;
  readonly picture: Size | undefined;
  readonly box: DeviceBox | undefined;
}): void {
  const { canvas, stage, view, picture, box } = options;
  useLayoutEffect(() => {
    const [shown, around] = [canvas.current, stage.current];
    if (!shown || !around) return;
    view.setScene(picture && box ? { picture, box } : undefined);
    const ratio = box?.devicePixelRatio ?? 1;
    let placed: Placement | undefined;
    let frame = 0;
    const put = () => {
      frame = 0;
      const placement = view.getPlacement();
      if (!placement || placement === placed) return;
      placed = placement;
      putAt(shown, placement, ratio);
      around.toggleAttribute("data-draggable", placement.cropped);
    };
    // A new picture or box takes effect in the frame that shows it, and a gesture at most one frame later.
    put();
    const leave = view.subscribe(() => {
      frame ||= requestAnimationFrame(put);
    });
    return () => {
      leave();
      cancelAnimationFrame(frame);
    };
  }, [canvas, stage, view, picture, box]);
}

function putAt(canvas: HTMLCanvasElement, placement: Placement, ratio: number): void {
  const { style } = canvas;
  style.left = `${placement.left / ratio}px`;
  style.top = `${placement.top / ratio}px`;
  style.width = `${placement.width / ratio}px`;
  style.height = `${placement.height / ratio}px`;
  style.imageRendering = placement.pixelated ? "pixelated" : "auto";
}
