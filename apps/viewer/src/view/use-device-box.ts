/** The size of an element in the screen's own pixels. */
import type { Size } from "@screen-share/protocol";
import { type RefObject, useEffect, useState } from "react";

export interface DeviceBox extends Size {
  readonly devicePixelRatio: number;
}

/** The element's content box in whole device px; undefined until it is measured. */
export function useDeviceBox(element: RefObject<HTMLElement | null>): DeviceBox | undefined {
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
