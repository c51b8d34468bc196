import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Compiles the worker of `simulate` and what it imports; see {@link build}. */
export function buildWorker(): void {
  build(join('simulation', 'simulate-worker.ts'));
}

/** Compiles a file of `lib/` and what it imports into `lib/dist`, where that is missing or older than its source. */
export function build(entry: string): void {
  const lib = join(__dirname, '..', '..', 'lib');
  const config = ts.getParsedCommandLineOfConfigFile(
    join(lib, 'tsconfig.json'),
    { incremental: false, tsBuildInfoFile: undefined },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const program = ts.createProgram([join(lib, entry)], { ...config!.options, noEmit: false });
  const sources = program
    .getSourceFiles()
    .map((file) => file.fileName)
    .filter((name) => dirname(name).startsWith(lib) && !name.endsWith('.d.ts'));
  const isStale = sources.some((source) => {
    const built = join(lib, 'dist', source.slice(lib.length + 1).replace(/\.ts$/, '.js'));
    return !existsSync(built) || statSync(built).mtimeMs < statSync(source).mtimeMs;
  });
  if (isStale) program.emit();
}
