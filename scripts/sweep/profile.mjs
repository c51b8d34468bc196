import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Problem } from '../setup/problem.mjs';
import { root } from '../setup/paths.mjs';

/**
 * A profile of Snakemake, by the name of ours (`scripts/sweep/profiles`) or of the user's, or by its folder.
 * @param {string} name
 */
export function findProfile(name) {
  const ours = join(root, 'scripts', 'sweep', 'profiles', name);
  const users = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'snakemake', name);
  // the user's own before ours of the same name
  const path = [resolve(name), users, ours].find((folder) => existsSync(join(folder, 'config.yaml')));
  if (!path)
    throw new Problem(
      `--profile: there is no "${name}"; say slurm, a folder with a config.yaml, or a name in ${users}.`,
    );
  const isSlurm = /^executor:\s*["']?slurm\b/m.test(readFileSync(join(path, 'config.yaml'), 'utf8'));
  return { path, isSlurm };
}
