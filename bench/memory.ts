import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a draw in a process of its own took. */
export interface MemoryUse {
  /** Resident MiB before the draw and at its peak. */
  readonly idle: number;
  readonly peak: number;
  readonly seconds: number;
  readonly finite: boolean;
}

/** Draws `samples` for n observations over few levels in a new process; Linux only. */
export function memoryOfDraw(n: number, samples: number, levels: number): MemoryUse {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(__dirname, 'memory-child.js'), String(n), String(samples), String(levels)],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (status !== 0)
    throw new Error(`The process that measures memory ended with code ${status}; its message is above.`);
  return JSON.parse(stdout.trim().split('\n').pop()!) as MemoryUse;
}
