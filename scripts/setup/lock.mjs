import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cache } from './paths.mjs';

const file = join(cache, 'setup.lock');

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process that holds the lock, or undefined when it is free or its holder died. */
function holder() {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps two set-ups of one clone apart: waits until this process holds the lock, and frees it when it ends. */
export async function lock() {
  mkdirSync(cache, { recursive: true });
  let said = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const pid = holder();
      if (pid === undefined) rmSync(file, { force: true });
      else if (!said) process.stdout.write(`Waiting for the set-up that process ${pid} is doing here.\n`);
      said = true;
      await sleep(300);
    }
  }
  const free = () => rmSync(file, { force: true });
  process.once('exit', free);
  return () => {
    process.off('exit', free);
    free();
  };
}
