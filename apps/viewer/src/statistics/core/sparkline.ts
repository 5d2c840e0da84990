/**
 * The lines of a small chart: the data of an SVG path. The newest value is at the right edge. Unknown values are gaps. Pure.
 * @param values the oldest first
 * @param chart.length how many values fill the width; `floor`: the least that the top stands for, so that small noise stays small
 */
export function sparklineOf(
  values: readonly (number | undefined)[],
  chart: { length: number; width: number; height: number; floor: number },
): string {
  const { length, width, height, floor } = chart;
  const shown = values.slice(-length);
  const top = shown.reduce<number>((most, value) => Math.max(most, value ?? 0), floor);
  const step = width / Math.max(1, length - 1);
  const first = length - shown.length;
  let path = "";
  let drawing = false;
  shown.forEach((value, i) => {
    if (value === undefined) {
      drawing = false;
      return;
    }
    const x = round((first + i) * step);
    const y = round(height - (height * value) / top);
    path += `${drawing ? "L" : "M"}${x} ${y}`;
    // A value alone would have no line.
    if (!drawing && shown[i + 1] === undefined) path += `h${round(step / 2)}`;
    drawing = true;
  });
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
