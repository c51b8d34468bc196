import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment } from '../scripts/setup/environment.mjs';
import { cache, nodeModules, root } from '../scripts/setup/paths.mjs';
import { Problem, runMain } from '../scripts/setup/problem.mjs';
import { setUp } from '../scripts/setup/setup.mjs';

const usage = `npm run bench -- [--quick] [--peers] [--only part,...]
  times the library and writes results/bench/summary.json
  --quick  fewer rounds and smaller work, to try the benchmark itself; writes .cache/bench/results instead
  --peers  also PyTorch and sbi, in turns with ours; makes .venv-peers on first use (about 6 GB, some minutes)
  --only   of: matmul, training, forward, draws, defaults, classical, memory; writes .cache/bench/results instead`;

const peersPython = join(root, '.venv-peers', 'bin', 'python');
const requirements = join(root, 'bench', 'peers', 'requirements.txt');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} sentence what to say where it fails
 */
function must(command, args, sentence) {
  const { status } = spawnSync(command, args, { cwd: root, env: environment(), stdio: 'inherit' });
  if (status !== 0) throw new Problem(sentence);
}

function setUpPeers() {
  const has = () =>
    existsSync(peersPython) &&
    spawnSync(peersPython, ['-m', 'pip', 'install', '--dry-run', '--no-index', '--quiet', '-r', requirements], {
      env: environment(),
      stdio: 'ignore',
    }).status === 0;
  if (has()) return;
  process.stdout.write('Making .venv-peers with PyTorch and sbi (about 6 GB, some minutes) ...\n');
  must(
    'python3',
    ['-m', 'venv', join(root, '.venv-peers')],
    '.venv-peers could not be made: is python3 (3.10 or newer) with its venv module there?',
  );
  must(
    peersPython,
    ['-m', 'pip', 'install', '--quiet', '-r', requirements],
    'The peers could not be installed into .venv-peers; what pip said is above. ' +
      'The benchmark without --peers needs none of them.',
  );
}

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      peers: { type: 'boolean' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  await setUp();
  if (values.peers) setUpPeers();
  must(
    process.execPath,
    [join(nodeModules, 'typescript', 'bin', 'tsc'), '-p', 'bench'],
    'The benchmark did not compile; what tsc said is above.',
  );
  const trial = values.quick || values.only ? { SCOREBOOK_RESULTS: join(cache, 'bench', 'results') } : {};
  const { status } = spawnSync(process.execPath, [join(cache, 'bench', 'main.js'), ...process.argv.slice(2)], {
    cwd: root,
    env: environment({ ...trial, SCOREBOOK_PEERS_PYTHON: peersPython }),
    stdio: 'inherit',
  });
  return status ?? 1;
});
