/** The picture's place on the page. Only the painter draws on the canvas. */
import type { Size } from "@screen-share/protocol";
import { type RefObject, useEffect, useLayoutEffect, useState } from "react";
import type { Placement } from "./core/view.ts";
import type { ViewState } from "./core/view-state.ts";
import styles from "./screen.module.css";

/** @param props.picture the size of the drawn picture, if any; `stale`: dims it, because it is out of date */
export function Screen(props: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly stage: RefObject<HTMLDivElement | null>;
  readonly view: ViewState;
  readonly picture: Size | undefined;
  readonly stale: boolean;
}) {
  const { canvas, stage, view, picture } = props;
  const box = useDeviceBox(stage);
  // Without React: a gesture moves the picture 60 times per second, and then only four lengths change, once per frame.
  useLayoutEffect(() => {
    const [shown, around] = [canvas.current, stage.current];
    if (!shown || !around) return;
    view.setScene(picture && box ? { picture, box } : undefined);
    let placed: Placement | undefined;
    let frame = 0;
    const put = () => {
      frame = 0;
      const placement = view.getPlacement();
      if (!placement || placement === placed) return;
      placed = placement;
      putAt(shown, placement, box?.devicePixelRatio ?? 1);
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

function putAt({ style }: HTMLCanvasElement, placement: Placement, ratio: number): void {
  for (const side of ["left", "top", "width", "height"] as const) {
    style[side] = `${placement[side] / ratio}px`;
  }
  style.imageRendering = placement.pixelated ? "pixelated" : "auto";
}

interface DeviceBox extends Size {
  readonly devicePixelRatio: number;
}

/** The element's content box in whole device px; undefined until it is measured. */
function useDeviceBox(element: RefObject<HTMLElement | null>): DeviceBox | undefined {
  const [box, setBox] = useState<DeviceBox>();
  useEffect(() => {
    const observed = element.current;
    if (!observed) return;
    let measured: ResizeObserverEntry | undefined;
    const update = () => setBox((old) => (measured ? boxOf(measured, old) : old));
    const observer = new ResizeObserver(([entry]) => {
      measured = entry ?? measured;
      update();
    });
    try {
      observer.observe(observed, { box: "device-pixel-content-box" });
    } catch {
      // Safari reports only CSS px, which stay the same when the page moves to a screen of another density.
      observer.observe(observed);
    }
    window.addEventListener("resize", update);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", update);
    };
  }, [element]);
  return box;
}

function boxOf(entry: ResizeObserverEntry, old: DeviceBox | undefined): DeviceBox {
  const { devicePixelRatio } = window;
  const { contentRect, devicePixelContentBoxSize: [exact] = [] } = entry;
  const width = wholePixels(contentRect.width * devicePixelRatio, exact?.inlineSize);
  const height = wholePixels(contentRect.height * devicePixelRatio, exact?.blockSize);
  const same =
    old?.width === width && old.height === height && old.devicePixelRatio === devicePixelRatio;
  return same ? old : { width, height, devicePixelRatio };
}

/** The browser's own count, because it knows how it rounded. An emulated density, as in tests, is missing in it. */
function wholePixels(computed: number, exact: number | undefined): number {
  return exact !== undefined && Math.abs(exact - computed) <= 1 ? exact : Math.round(computed);
}
