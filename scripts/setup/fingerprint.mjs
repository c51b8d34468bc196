import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';

/**
 * One hash over everything that a step's result depends on.
 * @param {string[]} inputs
 */
export function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input.length}:${input}`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * The text of a file of the project.
 * @param {string[]} path
 */
export function text(...path) {
  return readFileSync(join(root, ...path), 'utf8');
}

/**
 * Path and text of every file below a folder whose path passes `keep`, in a fixed order.
 * @param {string} folder
 * @param {(path: string) => boolean} keep
 * @returns {string[]}
 */
export function textsBelow(folder, keep) {
  /** @type {string[]} */
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    if (entry.isDirectory()) found.push(...textsBelow(path, keep));
    else if (keep(path)) found.push(`${relative(root, path)}\n${readFileSync(path, 'utf8')}`);
  }
  return found.sort();
}
