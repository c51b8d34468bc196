import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { enginePython } from '../../../scripts/sweep/engine-environment.mjs';
import { isFinished, readLines, textWithoutClock } from '../../../scripts/sweep/run-lines.mjs';

/** Why sweeps cannot be tried here, if they cannot: tests install no engine. */
export const noEngine = existsSync(enginePython)
  ? undefined
  : 'the engine of sweeps is not there: npm run sweep -- --engine';

const running: ChildProcess[] = [];

/** Ends all sweeps that a test has left. */
export function endSweeps(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}

/** Starts a sweep of the tiny cells in a folder of results. */
export function startSweep(results: string, asked: { options: object } & Record<string, unknown>) {
  const child = spawn(process.execPath, [join(__dirname, 'cells-sweep.mjs'), JSON.stringify(asked)], {
    env: { ...process.env, SCOREBOOK_RESULTS: results, TF_CPP_MIN_LOG_LEVEL: '3' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  return { child, ended };
}

/** The runs that jobs have kept so far. */
export function kept(results: string): string[] {
  const folder = join(results, 'sweeps', 'tiny', 'rows', 'tiny');
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.jsonl')) : [];
  return files.flatMap((file) =>
    readLines(join(folder, file))
      .filter(isFinished)
      .map(({ run }) => run),
  );
}

/** The merged rows. */
export function merged(results: string) {
  return readLines(join(results, 'tiny', 'rows.jsonl'));
}

/** The bytes of the merged rows, but for the clock and the machine. */
export function bytes(results: string): string {
  return textWithoutClock(merged(results));
}

/** Waits until something holds. */
export async function until(holds: () => boolean, seconds = 240): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited for ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
