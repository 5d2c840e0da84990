/** The page's current view, the scene it applies to, and the listeners for changes. Knows neither React nor the DOM. */
import { type Mode, type Placement, place, type Scene, type View, WHOLE } from "./view.ts";

export class ViewState {
  readonly #listeners = new Set<() => void>();
  #view = WHOLE;
  #scene: Scene | undefined;
  #placement: Placement | undefined;

  /** @returns a function that ends the subscription */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getMode = (): View["mode"] => this.#view.mode;

  /** Device px per picture px, in %; undefined while there is no picture. */
  readonly getPercent = (): number | undefined =>
    this.#placement && Math.round(this.#placement.scale * 100);

  /** Where the picture belongs; the same object until that changes. */
  readonly getPlacement = (): Placement | undefined => this.#placement;

  get scene(): Scene | undefined {
    return this.#scene;
  }

  setScene(scene: Scene | undefined): void {
    this.#scene = scene;
    this.#settle();
  }

  setMode(mode: Mode): void {
    this.#view = mode === "fit" ? WHOLE : { mode, scale: 1, centre: this.#view.centre };
    this.#settle();
  }

  /** Does nothing while there is no picture. */
  change(next: (view: View, scene: Scene) => View): void {
    if (!this.#scene) return;
    this.#view = next(this.#view, this.#scene);
    this.#settle();
  }

  #settle(): void {
    this.#placement = this.#scene && place(this.#view, this.#scene);
    for (const listener of this.#listeners) listener();
  }
}
