import { describe, expect, it } from "vitest";
import type { Scene } from "./view.ts";
import { ViewState } from "./view-state.ts";
import { zoomTo } from "./zoom.ts";

const SCENE: Scene = { picture: { width: 1000, height: 500 }, box: { width: 500, height: 250 } };

describe("the state of the view", () => {
  it("has no placement until there is a picture and room for it", () => {
    const state = new ViewState();
    state.change(() => {
      throw new Error("there is nothing to change");
    });
    expect(state.getPlacement()).toBeUndefined();
    expect(state.getPercent()).toBeUndefined();
    state.setScene(SCENE);
    expect(state.getPercent()).toBe(50);
  });

  it("notifies its listeners until they unsubscribe", () => {
    const state = new ViewState();
    let calls = 0;
    const leave = state.subscribe(() => calls++);
    state.setScene(SCENE);
    state.setMode("actual");
    leave();
    state.setMode("fit");
    expect(calls).toBe(2);
  });

  it("keeps its mode, or its scale and centre, when the picture changes", () => {
    const state = new ViewState();
    const large = { ...SCENE, picture: { width: 2000, height: 1500 } };
    state.setScene(SCENE);
    state.setMode("width");
    state.setScene(large);
    expect(state.getPlacement()).toMatchObject({ width: 500, left: 0 });
    state.change((view, scene) => zoomTo(view, 2, { x: 0, y: 0 }, scene));
    state.setScene(SCENE);
    expect(state.getPlacement()).toMatchObject({ scale: 2, left: 0 });
    expect(state.getMode()).toBe("free");
  });
});
