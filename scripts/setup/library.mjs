import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text, textsBelow } from './fingerprint.mjs';
import { nodeModules, root } from './paths.mjs';

const isBuilt = () => ['index.js', 'index.d.ts'].every((name) => existsSync(join(root, 'lib', 'dist', name)));

/** @type {import('./steps.mjs').Step} */
export const library = {
  name: 'library',
  does: 'tsc: lib to lib/dist',
  bytes: 0.01e9,
  inputs: () => [
    ...textsBelow(join(root, 'lib'), (path) => /\.(ts|json)$/.test(path)),
    text('tsconfig.json'),
    text('node_modules', 'typescript', 'package.json'),
  ],
  isThere: isBuilt,
  async make(run) {
    // The incremental build trusts its own record, also after its output was deleted.
    const force = isBuilt() ? [] : ['--force'];
    await run(process.execPath, [join(nodeModules, 'typescript', 'bin', 'tsc'), '-b', 'lib', ...force]);
  },
};
