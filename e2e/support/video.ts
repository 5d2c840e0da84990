/** A recorded video: where it is written, and how the browser plays it. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import type { Evaluating } from "./other-browser.ts";

const run = promisify(execFile);

/** For a page before its own scripts run. No test can reach the system's file picker; without it, files are downloaded. */
export function takeFilePickerAway(): void {
  Object.defineProperty(window, "showSaveFilePicker", { value: undefined });
}

/** For a page before its own scripts run. Files are written to the page's own storage. */
export function chooseFileOfPage(): void {
  Object.defineProperty(window, "showSaveFilePicker", {
    value: async (options: { readonly suggestedName: string }) => {
      const folder = await navigator.storage.getDirectory();
      return await folder.getFileHandle(options.suggestedName, { create: true });
    },
  });
}

/** The same, but the file is chosen only on a `choose` event of the document. `data-asked` shows that the page has asked for one. */
export function chooseFileWhenTold(): void {
  Object.defineProperty(window, "showSaveFilePicker", {
    value: async (options: { readonly suggestedName: string }) => {
      const chosen = new Promise((resolve) => document.addEventListener("choose", resolve));
      document.documentElement.dataset.asked = "";
      await chosen;
      const folder = await navigator.storage.getDirectory();
      return await folder.getFileHandle(options.suggestedName, { create: true });
    },
  });
}

export async function fileOfPage(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    for await (const entry of folder.values()) {
      if (entry.kind !== "file") continue;
      const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    }
    return "";
  });
  return Buffer.from(base64, "base64");
}

/** Plays a video to its end. @returns its length, and the colours of its last picture near the middle and the left side */
export async function playVideo(page: Evaluating, file: Buffer) {
  return await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const video = document.createElement("video");
    video.muted = true;
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/webm" }));
    const ended = new Promise<void>((resolve, reject) => {
      video.addEventListener("ended", () => resolve());
      video.addEventListener("error", () => reject(new Error(video.error?.message)));
    });
    await video.play();
    await ended;
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context?.drawImage(video, 0, 0);
    const colour = (x: number, y: number) =>
      [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3);
    return {
      ...{ width, height },
      durationS: video.duration,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      middle: colour(width / 2 + 30, height / 2 + 20),
      side: colour(20, height / 2),
    };
  }, file.toString("base64"));
}

/** Reads a file with ffmpeg: what a player learns before it plays it, and the colours of its first and last picture. */
export async function probeVideo(file: Buffer) {
  const folder = await mkdtemp(path.join(tmpdir(), "video-"));
  try {
    const name = path.join(folder, "video");
    await writeFile(name, file);
    const entries = ["-show_entries", "format=duration,format_name:packet=pts_time", "-of", "json"];
    const probed = await run("ffprobe", ["-v", "error", ...entries, name]);
    const { format, packets } = JSON.parse(probed.stdout);
    const durationS = Number(format.duration);
    /** The colour near the picture's middle at a time. */
    const colourAt = async (seconds: number) => {
      const cropped = ["-frames:v", "1", "-vf", "crop=2:2:in_w/2+30:in_h/2+20"];
      const raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
      const args = ["-v", "error", "-ss", String(seconds), "-i", name, ...cropped, ...raw];
      const { stdout } = await run("ffmpeg", args, { encoding: "buffer" });
      return [...stdout.subarray(0, 3)];
    };
    return {
      durationS,
      container: String(format.format_name),
      early: await colourAt(0),
      late: await colourAt(Number(packets.at(-1).pts_time)),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
