import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, venv } from './paths.mjs';

/** The name by which notebooks and commands ask for the kernel. */
export const kernelName = 'scorebook';

const specFile = join(venv, 'share', 'jupyter', 'kernels', kernelName, 'kernel.json');
const settingsFile = join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json');

/** Absolute paths throughout, so that the kernel starts with any PATH and from any folder. */
const spec = {
  display_name: 'Scorebook (TypeScript)',
  language: 'typescript',
  interrupt_mode: 'signal',
  // Node's deprecation notices about old dependencies would stand as red text in the cells.
  argv: [process.execPath, '--no-deprecation', join(root, 'scripts', 'kernel', 'launcher.cjs'), '{connection_file}'],
  env: { TF_CPP_MIN_LOG_LEVEL: '3' },
};

/** JupyterLab asks no server for news or updates: the project pins its versions. */
const settings = {
  '@jupyterlab/apputils-extension:notification': { checkForUpdates: false, fetchNews: 'false' },
};

const files = [
  { path: specFile, content: `${JSON.stringify(spec, null, 2)}\n` },
  { path: settingsFile, content: `${JSON.stringify(settings, null, 2)}\n` },
];

/** @type {import('./steps.mjs').Step} */
export const kernel = {
  name: 'kernel',
  does: `kernelspec "${spec.display_name}" in .venv`,
  bytes: 0,
  inputs: () => files.map(({ content }) => content),
  isThere: () => files.every(({ path, content }) => readFileSync(path, 'utf8') === content),
  async make() {
    for (const { path, content } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.tmp`, content);
      renameSync(`${path}.tmp`, path);
    }
  },
};
