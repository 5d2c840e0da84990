/**
 * The structural rules that no other tool checks. Pure: the caller reads the files.
 *
 * - A relative import stays in its workspace: an app, a package, `e2e`, `bench`, or `scripts` with the root. So packages are imported by
 *   name, and apps not at all. But `e2e` and `bench` may import the `test/` folder of any workspace, and `bench` also `e2e/support/`.
 * - No two feature folders of the viewer import each other.
 * - No two files define and export a type, interface or class under the same name.
 */
import path from "node:path/posix";
import { type Expression, parseSync, Visitor } from "oxc-parser";

/** A line that imports a file, or that defines an exported type. */
interface Place {
  readonly file: string;
  readonly line: number;
  /** The path of the imported file, or the name of the type. */
  readonly name: string;
}

const TYPE_DECLARATIONS = ["TSTypeAliasDeclaration", "TSInterfaceDeclaration", "ClassDeclaration"];

/**
 * @param sources the text of each source file, by its path from the root of the repository
 * @returns one line for each violation: both places, then the rule
 */
export function violations(sources: ReadonlyMap<string, string>): readonly string[] {
  const files = [...sources].map(([file, text]) => placesIn(file, text));
  const imports = files.flatMap((file) => file.imports);
  const types = files.flatMap((file) => file.types);
  return [...foreignImports(imports), ...mutualImports(imports), ...duplicateTypes(types)];
}

function placesIn(file: string, text: string) {
  const { program, module } = parseSync(file, text);
  const imports: Place[] = [];
  const types: Place[] = [];
  const add = (places: Place[], name: string, start: number) => {
    places.push({ file, line: text.slice(0, start).split("\n").length, name });
  };
  const onImport = ({ source }: { readonly source: Expression | null }) => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    const { value, start } = source;
    if (value.startsWith(".")) add(imports, path.join(path.dirname(file), value), start);
  };
  new Visitor({
    ImportDeclaration: onImport,
    ExportNamedDeclaration: onImport,
    ExportAllDeclaration: onImport,
    ImportExpression: onImport,
    TSImportType: onImport,
  }).visit(program);
  // A re-export has no local name.
  const exported = new Map(
    module.staticExports.flatMap(({ entries }) =>
      entries.map(({ localName, exportName }) => [localName.name, exportName.name]),
    ),
  );
  for (const statement of program.body) {
    const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (!node || !TYPE_DECLARATIONS.includes(node.type)) continue;
    if (!("id" in node) || !node.id || !("name" in node.id)) continue;
    const name = exported.get(node.id.name);
    if (name) add(types, name, node.start);
  }
  return { imports, types };
}

function foreignImports(imports: readonly Place[]): string[] {
  return imports.flatMap(({ file, line, name }) => {
    const from = workspaceOf(file);
    const to = workspaceOf(name);
    if (to === from || isShared(name, from)) return [];
    return `${file}:${line} imports ${name}: a relative import stays in its workspace (${from})`;
  });
}

/** Such as `apps/relay` and `e2e`. The files of the root belong to `scripts`. */
function workspaceOf(file: string): string {
  return /^(apps|packages)\/[^/]+|^[^/]+(?=\/)/.exec(file)?.[0] ?? "scripts";
}

/** Whether a file is test support that this workspace may import. */
function isShared(file: string, by: string): boolean {
  if (/^(apps|packages)\/[^/]+\/test\//.test(file)) return by === "e2e" || by === "bench";
  return file.startsWith("e2e/support/") && by === "bench";
}

/** Reports each pair of folders once, with the first import of either direction. */
function mutualImports(imports: readonly Place[]): string[] {
  const first = new Map<string, Place>();
  for (const place of imports) {
    const [from, to] = [featureOf(place.file), featureOf(place.name)];
    const key = `${from} ${to}`;
    if (from !== undefined && to !== undefined && !first.has(key)) first.set(key, place);
  }
  return [...first].flatMap(([key, { file, line }]) => {
    const [from = "", to = ""] = key.split(" ");
    const back = from < to ? first.get(`${to} ${from}`) : undefined;
    if (back === undefined) return [];
    return `${file}:${line} imports ${to}/, and ${back.file}:${back.line} imports ${from}/: two folders of the viewer never import each other`;
  });
}

function featureOf(file: string): string | undefined {
  return /^apps\/viewer\/src\/([^/]+)\//.exec(file)?.[1];
}

function duplicateTypes(types: readonly Place[]): string[] {
  const first = new Map<string, Place>();
  return types.flatMap((place) => {
    const { file, line, name } = place;
    const before = first.get(name) ?? place;
    first.set(name, before);
    if (before.file === file) return [];
    return `${file}:${line} exports ${name}, as ${before.file}:${before.line} does: the name of a type has one meaning`;
  });
}
