/** Parts of the page that are loaded once they are to be shown. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** Where it does not come, as after a deployment, when the old one is gone, nothing stands in its place, and the rest of the page stays. */
export function loadLater<Props>(
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      console.error(error);
      return { default: () => null };
    }
  });
}
