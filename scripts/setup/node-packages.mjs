import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from './fingerprint.mjs';
import { nodeModules, root } from './paths.mjs';

/** npm's own program, run with this Node: the one that started us, else the one beside Node, else from the PATH. */
function npm() {
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const cli = [process.env.npm_execpath, beside].find((path) => path?.endsWith('npm-cli.js') && existsSync(path));
  return cli ? { command: process.execPath, args: [cli] } : { command: 'npm', args: [] };
}

/** Every package that the lock file names for this platform has its folder. */
function allInstalled() {
  // npm writes its hidden lock file last, so a stopped install has none.
  if (!existsSync(join(nodeModules, '.package-lock.json'))) return false;
  const { packages } = JSON.parse(text('package-lock.json'));
  return Object.entries(packages).every(
    ([path, { optional }]) => path === '' || optional || existsSync(join(root, path, 'package.json')),
  );
}

/** @type {import('./steps.mjs').Step} */
export const nodePackages = {
  name: 'node packages',
  does: 'npm ci from package-lock.json',
  bytes: 0.8e9,
  registry: 'The npm registry',
  inputs: () => [text('package-lock.json'), text('.npmrc'), `${process.platform}-${process.arch}`],
  isThere: allInstalled,
  async make(run) {
    const { command, args } = npm();
    await run(command, [
      ...args,
      'ci',
      '--include=dev', // NODE_ENV=production would leave out the build tools
      '--prefer-offline', // the lock file's checksums make cached packages as good as fresh ones
      '--no-audit',
      '--no-fund',
      '--fetch-retries=2',
      '--fetch-retry-mintimeout=1000',
      '--fetch-retry-maxtimeout=5000',
    ]);
  },
};
