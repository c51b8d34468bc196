import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a draw in a process of its own took. */
export interface MemoryUse {
  /** Resident MiB before the draw and at its peak. */
  readonly idle: number;
  readonly peak: number;
  /** Seconds of a draw, and of the first one, which compiles the graphs. */
  readonly seconds: number;
  readonly first: number;
  readonly finite: boolean;
  /** The unbiased estimate, to as many exact draws. */
  readonly squaredMmd: number;
}

/** Draws `samples` for n observations in a new process; Linux only. */
export function memoryOfDraw(n: number, samples: number): MemoryUse {
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(__dirname, 'memory-child.js'), String(n), String(samples)],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (status !== 0)
    throw new Error(`The process that measures memory ended with code ${status}; its message is above.`);
  return JSON.parse(stdout.trim().split('\n').pop()!) as MemoryUse;
}
