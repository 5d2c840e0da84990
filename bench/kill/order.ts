/** A random order in which to kill the parts, each equally often. */
import { PARTS, type ProductPart } from "../../e2e/support/whole-product.ts";

/** @param random uniform in [0, 1) */
export function killOrder(times: number, random: () => number): ProductPart[] {
  const order = Array.from({ length: times }, () => PARTS).flat();
  // Fisher–Yates shuffle.
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    const [a, b] = [order[i], order[other]];
    if (a && b) [order[i], order[other]] = [b, a];
  }
  return order;
}
