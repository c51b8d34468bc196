import { join } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from './program';

/** What Shift-Tab shows of a name: the language service's quick info. */
interface Shown {
  readonly text: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly parameters: number;
}

/** The samples that this one reads come with the set-up; examples run without it. */
const withoutExample = ['referencePosterior'];

/** Every call that users type, such as `npse.train`, with what Shift-Tab shows at it. */
let shown: ReadonlyMap<string, Shown>;

beforeAll(() => {
  const cell = join(root, 'test', 'docs', 'cell.ts');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  let code = '';
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [cell],
    getScriptVersion: (file) => (file === cell ? String(code.length) : '1'),
    getScriptSnapshot: (file) => {
      const text = file === cell ? code : ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => file === cell || ts.sys.fileExists(file),
    readFile: (file) => (file === cell ? code : ts.sys.readFile(file)),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  const service = ts.createLanguageService(host);
  const head = `import * as library from '../../lib/index';\n`;
  code = head;
  const program = service.getProgram()!;
  const calls = callsOf(program, join(root, 'lib', 'index.ts'));
  code = head + calls.map(({ name }) => `library.${name};\n`).join('');
  shown = new Map(
    calls.map(({ name, parameters }) => {
      const place = code.indexOf(`library.${name};\n`) + `library.${name}`.length - 1;
      const info = service.getQuickInfoAtPosition(cell, place)!;
      const tags = new Map((info.tags ?? []).map((tag) => [tag.name, ts.displayPartsToString(tag.text)]));
      return [name, { text: ts.displayPartsToString(info.documentation), tags, parameters }];
    }),
  );
}, 120_000);

/** The functions of a module, of its namespaces and of its constant records, by the name that users type. */
function callsOf(program: ts.Program, entry: string): { name: string; parameters: number }[] {
  const checker = program.getTypeChecker();
  const found: { name: string; parameters: number }[] = [];
  const visit = (symbol: ts.Symbol, name: string): void => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target.declarations?.[0];
    if (!declaration || !declaration.getSourceFile().fileName.startsWith(join(root, 'lib'))) return;
    if (ts.isSourceFile(declaration)) {
      for (const each of checker.getExportsOfModule(target)) visit(each, `${name}.${each.name}`);
      return;
    }
    if (!(target.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable | ts.SymbolFlags.Property))) return;
    const type = checker.getTypeOfSymbolAtLocation(target, declaration);
    const [signature] = type.getCallSignatures();
    if (signature) found.push({ name, parameters: signature.parameters.length });
    else if (ts.isVariableDeclaration(declaration) && declaration.initializer && !declaration.type)
      if (ts.isObjectLiteralExpression(declaration.initializer))
        for (const property of type.getProperties()) visit(property, `${name}.${property.name}`);
  };
  for (const each of checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!))
    visit(each, each.name);
  return found;
}

describe('Shift-Tab', () => {
  it('is asked at every call, those of namespaces and constant records too', () => {
    const names = [...shown.keys()];
    expect(names).toEqual(
      expect.arrayContaining([
        'simulate',
        'npse.train',
        'npse.restore',
        'fmpe.train',
        'flowNpe.restore',
        'plots.pairPlot',
      ]),
    );
    expect(names.length).toBeGreaterThan(100);
  });

  it('shows the whole text of the main calls: what they do, parameters, errors, an example', () => {
    const { text, tags } = shown.get('npse.train')!;
    expect(text).toMatch(/^Neural posterior score estimation: learns the score of the diffused posterior/);
    expect([...tags.keys()]).toEqual(expect.arrayContaining(['param', 'returns', 'throws', 'example']));
    expect(tags.get('example')).toContain('npse.train(simulations, { prior, seed: 2');
    expect(shown.get('fmpe.train')!.text).toMatch(/^Flow matching posterior estimation/);
    expect(shown.get('flowNpe.train')!.text).toMatch(/^Flow NPE, the baseline of the paper/);
    for (const method of ['npse', 'fmpe', 'flowNpe'])
      expect(shown.get(`${method}.restore`)!.tags.get('example')).toContain(`${method}.restore(`);
  });

  it('shows a sentence, an example and, where there are arguments, the errors of every call, and no mere pointer', () => {
    const problems = [...shown].flatMap(([name, { text, tags, parameters }]) => [
      ...(/^\S+ [\s\S]*[.:]/.test(text) ? [] : [`${name}: no sentence`]),
      ...(/^[^.]*\bsee \{@link/i.test(text) ? [`${name}: a mere pointer`] : []),
      ...(tags.get('example') || withoutExample.includes(name) ? [] : [`${name}: no example`]),
      ...(parameters === 0 || tags.get('throws') ? [] : [`${name}: no errors`]),
    ]);
    expect(problems).toEqual([]);
  });
});
