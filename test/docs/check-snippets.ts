import { join } from 'node:path';
import ts from 'typescript';
import { importPath, libraryProgram, root } from './program';
import { usedNames, type Snippet } from './snippets';

/** Where the names come from that an example may use without import, in this order. */
export interface Provided {
  readonly library: string[];
  /** Exports of its own file; none for what the library exports, since users cannot import them. */
  readonly own: string[];
  readonly fixture: string[];
}

/** The complaints of the strict compiler about each snippet, by its name, and where its free names come from. */
export function checkSnippets(snippets: readonly Snippet[]): Map<string, { provided: Provided; problems: string[] }> {
  const exported = publicNames();
  const modules = snippets.map((snippet, i) => {
    const path = join(root, 'test', 'docs', `snippet-${i}.ts`);
    const provided = snippet.file === undefined ? { library: [], own: [], fixture: [] } : provide(snippet, exported);
    const file = snippet.file;
    const preamble = [
      provided.library.length > 0 ? `import { ${provided.library.join(', ')} } from 'scorebook';` : '',
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

interface PublicNames {
  readonly library: ReadonlySet<string>;
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
  const reachable = new Set(
    library.flatMap((symbol) => {
      const own = target(symbol);
      const isOurs = own.declarations?.every((each) => each.getSourceFile().fileName.startsWith(join(root, 'lib')));
      return own.flags & ts.SymbolFlags.Module && isOurs ? checker.getExportsOfModule(own).map(target) : [own];
    }),
  );
  const fixture = target(exportsOf(probe)[0]);
  return {
    library: new Set(library.map(({ name }) => name)),
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
  return {
    library,
    own,
    fixture: used.filter((name) => !library.includes(name) && !own.includes(name) && names.fixture.has(name)),
  };
}
