import { expect, it } from "vitest";
import { Turns } from "./turns.ts";

/** Tasks of 4 ms on a clock of their own, at most 10 ms per turn. */
function stage() {
  let now = 0;
  const done: number[] = [];
  const turns: (() => void)[] = [];
  const paced = new Turns({ maxMs: 10, clock: () => now, nextTurn: (call) => turns.push(call) });
  const run = (name: number) =>
    paced.run(() => {
      now += 4;
      done.push(name);
    });
  return { done, run, turns, nextTurn: () => turns.splice(0).forEach((call) => void call()) };
}

it("runs tasks at once until the turn's time is spent, and the rest in order in later turns", () => {
  const { done, run, nextTurn } = stage();
  for (let i = 1; i <= 8; i++) run(i);
  expect(done).toEqual([1, 2, 3]);
  nextTurn();
  expect(done).toEqual([1, 2, 3, 4, 5, 6]);
  run(9);
  expect(done).toHaveLength(6);
  nextTurn();
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it("schedules one turn at a time, and none without tasks", () => {
  const { run, turns, nextTurn } = stage();
  run(1);
  run(2);
  expect(turns).toHaveLength(1);
  nextTurn();
  expect(turns).toHaveLength(0);
});
