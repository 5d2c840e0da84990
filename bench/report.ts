/** Prints figures for people. */

export function heading(text: string): void {
  process.stdout.write(`\n## ${text}\n\n`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints rows under their column names, as a Markdown table. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const [first] = rows;
  if (!first) return;
  const names = Object.keys(first);
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  say(line(names));
  say(line(names.map(() => "---")));
  for (const row of rows) say(line(names.map((name) => row[name] ?? "")));
}

/** Three significant digits. */
export function digits(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "–";
}
