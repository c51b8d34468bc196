import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { Problem } from '../setup/problem.mjs';

/**
 * Takes a sweep's folder for this process until it ends, so that no two engines work in it.
 * @param {string} file that says who has it
 * @returns a note of the engine's process, and a way to give the folder back
 * @throws Problem where another process has it
 */
export function claim(file) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = { host: hostname(), pid: process.pid };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      const holder = holderOf(file);
      if (holder && !isGone(holder))
        throw new Problem(
          `The process ${holder.pid} on ${holder.host} runs this sweep: wait for it, or end it. ` +
            `If it is not there any more, delete ${file}.`,
        );
      rmSync(file, { force: true });
    }
  }
  const free = () => rmSync(file, { force: true });
  process.once('exit', free);
  return {
    /** @param {number | undefined} engine */
    note: (engine) => writeFileSync(file, JSON.stringify({ ...mine, engine })),
    free: () => {
      process.off('exit', free);
      free();
    },
  };
}

/**
 * @param {string} file
 * @returns {{ host: string, pid: number } | undefined}
 */
function holderOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {{ host: string, pid: number }} holder */
function isGone({ host, pid }) {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
