/** The picture in a floating window: a small page if the browser supports that, which is sharper, or its own window for videos. */
import type { Size } from "@screen-share/protocol";
import { mirror, type PictureSource } from "./mirror.ts";

/** Document Picture-in-Picture (WICG). Not every browser has it, and no library has types for it. */
interface DocumentPictureInPicture {
  requestWindow(options: Size): Promise<Window>;
}

/** The initial width, CSS px. */
const WIDTH = 480;

/**
 * Must be called from a user's action. Rejects if the browser does not open it.
 * @param onClosed called once, however the window is closed @returns a function that closes it
 */
export async function openFloating(
  source: PictureSource,
  onClosed: () => void,
): Promise<() => void> {
  const floating: unknown = Reflect.get(window, "documentPictureInPicture");
  if (!floating) return await openVideo(source, onClosed);
  const { width, height } = source.size() ?? { width: 16, height: 9 };
  const page = await (floating as DocumentPictureInPicture).requestWindow({
    width: WIDTH,
    height: Math.round((WIDTH * height) / width),
  });
  const { document: inside } = page;
  inside.title = "Screen Share";
  inside.documentElement.lang = "en";
  const canvas = inside.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The shared screen");
  inside.body.style.cssText = "margin: 0; background: #000; overflow: hidden";
  canvas.style.cssText = "display: block; width: 100vw; height: 100vh; object-fit: contain";
  inside.body.append(canvas);
  const copy = mirror(source, canvas, { marked: true });
  const close = () => {
    copy.end();
    onClosed();
  };
  page.addEventListener("pagehide", close, { once: true });
  return () => page.close();
}

async function openVideo(source: PictureSource, onClosed: () => void): Promise<() => void> {
  const canvas = document.createElement("canvas");
  const copy = mirror(source, canvas, { marked: true });
  await copy.begun;
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  const stream = canvas.captureStream();
  video.srcObject = stream;
  const end = () => {
    copy.end();
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  try {
    await video.play();
    await video.requestPictureInPicture();
  } catch (error) {
    end();
    throw error;
  }
  const close = () => {
    end();
    onClosed();
  };
  video.addEventListener("leavepictureinpicture", close, { once: true });
  return () => void document.exitPictureInPicture();
}
