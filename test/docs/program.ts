import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** The folder of the whole project. */
export const root = resolve(__dirname, '..', '..');

/** The project's strict settings; examples are ECMAScript modules, so that they may await at the top. */
const { options: strict } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
  ts.sys,
  root,
);
const options: ts.CompilerOptions = {
  ...strict,
  module: ts.ModuleKind.ES2022,
  noUnusedLocals: false,
  noUnusedParameters: false,
};

const parsed = new Map<string, ts.SourceFile | undefined>();

/** A program of the library and of files that exist only here, by their absolute paths; `files` may be empty. */
export function libraryProgram(files: ReadonlyMap<string, string> = new Map()): ts.Program {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path);
  host.readFile = (path) => files.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    if (!parsed.has(path)) parsed.set(path, getSourceFile.call(host, path, ...rest));
    return parsed.get(path);
  };
  return ts.createProgram([join(root, 'lib', 'index.ts'), ...files.keys()], options, host);
}

/** The sources of lib/ as paths from the root, without what was built. */
export function librarySources(): string[] {
  return ts.sys
    .readDirectory(join(root, 'lib'), ['.ts'], ['dist', 'node_modules'])
    .map((path) => path.slice(root.length + 1))
    .sort();
}

/** `target` as an import from the file at `path`. */
export function importPath(path: string, target: string): string {
  const depth = dirname(path).slice(root.length).split('/').length - 1;
  return `${'../'.repeat(depth)}${target.replace(/\.ts$/, '')}`;
}
