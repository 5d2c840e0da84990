/** The picture's place on the page. What is on the canvas is the painter's alone. */
import type { Size } from "@screen-share/protocol";
import { type CSSProperties, type RefObject, useRef } from "react";
import { useDeviceBox } from "../hooks/use-device-box.ts";
import { place, WHOLE } from "../player/core/view.ts";

/**
 * @param props.canvasKey another means another canvas: see `use-player.ts`
 * @param props.picture the size of what is drawn; undefined: nothing is, and nothing is shown
 * @param props.stale it is not the present: dimmed
 */
export function Screen(props: {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly canvasKey: number;
  readonly picture: Size | undefined;
  readonly stale: boolean;
}) {
  const stage = useRef<HTMLDivElement>(null);
  const box = useDeviceBox(stage);
  const style = placed(props.picture, box);
  return (
    <div ref={stage} className="fixed inset-0 overflow-hidden">
      <canvas
        key={props.canvasKey}
        ref={props.canvas}
        data-testid="screen"
        data-updates="0"
        role="img"
        aria-label="The shared screen"
        className="absolute transition-opacity duration-500 motion-reduce:transition-none data-stale:opacity-60"
        data-stale={props.stale || undefined}
        // Not by a style: in a page rendered ahead of time that is an attribute, which the page's policy does not allow.
        hidden={style === undefined}
        style={style}
      />
    </div>
  );
}

function placed(
  picture: Size | undefined,
  box: ReturnType<typeof useDeviceBox>,
): CSSProperties | undefined {
  if (!picture || !box) return undefined;
  const { devicePixelRatio: ratio } = box;
  const { left, top, width, height, pixelated } = place(WHOLE, { picture, box });
  return {
    left: left / ratio,
    top: top / ratio,
    width: width / ratio,
    height: height / ratio,
    imageRendering: pixelated ? "pixelated" : "auto",
  };
}
