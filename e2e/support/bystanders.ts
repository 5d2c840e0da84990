/** Viewers beside the page, without a screen: they have to have one and the same picture, and of now. */
import { ReturningViewer } from "./returning-viewer.ts";
import type { Stage } from "./stage.ts";

const VIEWERS = 3;
/** A live producer says at least every 2 s that the picture is current (P-23). */
const MAX_AGE_MS = 5000;

export class Bystanders {
  readonly #problems: string[] = [];
  readonly #viewers: readonly ReturningViewer[];

  constructor({ port, tokens, random }: Stage) {
    const onProblem = (problem: string) => void this.#problems.push(problem);
    this.#viewers = Array.from(
      { length: VIEWERS },
      () => new ReturningViewer({ port, room: "main", token: tokens.viewer, random, onProblem }),
    );
  }

  /** What is not as it should be, and what ever was that may not be. */
  wrongs(): string[] {
    const now = performance.timeOrigin + performance.now();
    const [due, ...others] = this.#viewers.map(({ replica }) =>
      Buffer.concat(replica.shown?.since(0).map(({ bytes }) => bytes) ?? []),
    );
    const alike = due && due.length > 0 && others.every((bytes) => bytes.equals(due));
    const ages = this.#viewers.map(({ replica }) => now - (replica.shown?.capturedAt ?? 0));
    const old = ages.filter((ageMs) => ageMs > MAX_AGE_MS);
    return [
      ...(alike ? [] : ["viewers have different pictures, or none"]),
      ...old.map((ageMs) => `a viewer's picture is of ${ageMs.toFixed(0)} ms ago`),
      ...this.#problems,
    ];
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.close();
  }
}
