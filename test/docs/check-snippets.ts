import { join } from 'node:path';
import ts from 'typescript';
import { importPath, libraryProgram, root } from './program';
import { usedNames, type Snippet } from './snippets';

/** Where the names come from that an example may use without import, in this order. */
export interface Provided {
  readonly library: string[];
  /** Names in a namespace of the library, such as `compile` in `graph`. */
  readonly rooms: readonly (readonly [name: string, namespace: string])[];
  /** Exports of its own file; none for what the library exports, since users cannot import them. */
  readonly own: string[];
  readonly fixture: string[];
}

/** The complaints of the strict compiler about each snippet, by its name, and where its free names come from. */
export function checkSnippets(snippets: readonly Snippet[]): Map<string, { provided: Provided; problems: string[] }> {
  const exported = publicNames();
  const modules = snippets.map((snippet, i) => {
    const path = join(root, 'test', 'docs', `snippet-${i}.ts`);
    const provided = snippet.file === undefined ? nothing : provide(snippet, exported);
    const file = snippet.file;
    const preamble = [
      provided.library.length > 0 ? `import { ${provided.library.join(', ')} } from 'scorebook';` : '',
      ...provided.rooms.map(
        ([name, room]) =>
          `import { ${room} as ${room}_${name} } from 'scorebook'; import ${name} = ${room}_${name}.${name};`,
      ),
      provided.own.length > 0 ? `import { ${provided.own.join(', ')} } from '${importPath(path, file!)}';` : '',
      provided.fixture.length > 0
        ? `import type { Fixture } from './fixture'; declare const fixture: Fixture; const { ${provided.fixture.join(', ')} } = fixture;`
        : '',
    ].join(' ');
    return { snippet, path, provided, text: `${preamble} export {};\n${snippet.code}` };
  });
  const program = libraryProgram(new Map(modules.map(({ path, text }) => [path, text])));
  return new Map(
    modules.map(({ snippet, path, provided }) => {
      const source = program.getSourceFile(path)!;
      const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        (each) => {
          const line = source.getLineAndCharacterOfPosition(each.start ?? 0).line;
          return `line ${line}: ${ts.flattenDiagnosticMessageText(each.messageText, '\n')}`;
        },
      );
      return [snippet.name, { provided, problems }];
    }),
  );
}

const nothing: Provided = { library: [], rooms: [], own: [], fixture: [] };

interface PublicNames {
  readonly library: ReadonlySet<string>;
  /** The namespace of each name that a namespace of the library exports. */
  readonly rooms: ReadonlyMap<string, string>;
  readonly fixture: ReadonlySet<string>;
  /** Names exported by a file that the library does not export, at its top or within `tasks` and `plots`. */
  internal(file: string): string[];
}

function publicNames(): PublicNames {
  const probe = join(root, 'test', 'docs', 'probe.ts');
  const program = libraryProgram(new Map([[probe, `export type { Fixture } from './fixture';`]]));
  const checker = program.getTypeChecker();
  const exportsOf = (path: string): ts.Symbol[] => {
    const source = program.getSourceFile(path);
    const symbol = source && checker.getSymbolAtLocation(source);
    return symbol ? checker.getExportsOfModule(symbol) : [];
  };
  const target = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const library = exportsOf(join(root, 'lib', 'index.ts'));
  const isOurs = (symbol: ts.Symbol): boolean =>
    symbol.declarations?.every((each) => each.getSourceFile().fileName.startsWith(join(root, 'lib'))) ?? false;
  const rooms = new Map(
    library.flatMap((symbol) => {
      const own = target(symbol);
      if (!(own.flags & ts.SymbolFlags.Module) || !isOurs(own)) return [];
      return checker.getExportsOfModule(own).map(({ name }) => [name, symbol.name] as const);
    }),
  );
  const reachable = new Set(
    library.flatMap((symbol) => {
      const own = target(symbol);
      return own.flags & ts.SymbolFlags.Module && isOurs(own) ? checker.getExportsOfModule(own).map(target) : [own];
    }),
  );
  const fixture = target(exportsOf(probe)[0]);
  return {
    library: new Set(library.map(({ name }) => name)),
    rooms,
    fixture: new Set(
      checker
        .getDeclaredTypeOfSymbol(fixture)
        .getProperties()
        .map(({ name }) => name),
    ),
    internal: (file) =>
      exportsOf(join(root, file))
        .filter((symbol) => !reachable.has(target(symbol)))
        .map(({ name }) => name),
  };
}

function provide({ code, file }: Snippet, names: PublicNames): Provided {
  const used = [...usedNames(code)];
  const internal = names.internal(file!);
  const library = used.filter((name) => names.library.has(name));
  const own = used.filter((name) => !library.includes(name) && internal.includes(name));
  const fixture = used.filter((name) => ![...library, ...own].includes(name) && names.fixture.has(name));
  const left = used.filter((name) => ![...library, ...own, ...fixture].includes(name));
  const rooms = left.flatMap((name) => {
    const room = names.rooms.get(name);
    return room && !isMember(code, name) ? [[name, room] as const] : [];
  });
  return { library, rooms, own, fixture };
}

/** Whether a name stands behind a dot or as a key only, so that it is no name of its own. */
function isMember(code: string, name: string): boolean {
  return !new RegExp(`(^|[^.\\w])${name}\\b(?!\\s*:)`).test(code);
}
