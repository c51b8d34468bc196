import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { cache, nodeModules, root } from './setup/paths.mjs';

/**
 * Packs the library as npm publishes it, `.cache/package/scorebook-<version>.tgz`. It is compiled anew beside
 * `lib/dist`, in which files of sources that are gone may lie.
 */
const lib = join(root, 'lib');
const folder = join(cache, 'package');
const staged = join(folder, 'staged');
rmSync(folder, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
const compiler = join(nodeModules, 'typescript', 'bin', 'tsc');
const options = ['--outDir', join(staged, 'dist'), '--incremental', 'false', '--sourceMap', 'false'];
execFileSync(process.execPath, [compiler, '-p', lib, ...options, '--tsBuildInfoFile', 'null'], { stdio: 'inherit' });
cpSync(join(lib, 'bin'), join(staged, 'bin'), { recursive: true });
cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
cpSync(join(lib, 'PACKAGE.md'), join(staged, 'README.md'));
writeFileSync(join(staged, 'package.json'), readFileSync(join(lib, 'package.json')));
execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: staged, stdio: 'ignore' });
const packed = readdirSync(folder).find((name) => name.endsWith('.tgz'));
process.stdout.write(`${join(folder, String(packed))}\n`);
