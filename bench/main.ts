import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { host } from 'scorebook';
import { projectRoot } from 'scorebook/dist/io/results-path';
import { classical } from './part-classical';
import type { Bench } from './context';
import { defaults } from './part-defaults';
import { draws } from './part-draws';
import { forward } from './part-forward';
import { matmul } from './part-matmul';
import { memory } from './part-memory';
import { training } from './part-training';
import { startPeer } from './peer';
import { Report } from './report';
import { shownPath } from './shown-path';
import { full, quick } from './sizes';

const parts: Record<string, (bench: Bench) => void | Promise<void>> = {
  ...{ matmul, training, forward, draws },
  ...{ defaults, classical, memory },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, peers: { type: 'boolean' }, only: { type: 'string' } },
  });
  const chosen = values.only?.split(',') ?? Object.keys(parts);
  const unknown = chosen.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}.`);
  host.installHost(host.silentHost);
  const report = new Report();
  const peer = values.peers ? await startPeer(join(projectRoot(), 'bench', 'peers')) : undefined;
  const bench: Bench = { sizes: values.quick ? quick : full, report, peer };
  const began = performance.now();
  try {
    for (const name of chosen) await parts[name](bench);
  } finally {
    peer?.stop();
  }
  report.printTargets();
  const path = await report.write(values.quick ? 'quick' : 'full', peer?.versions ?? {});
  process.stdout.write(
    `\nWritten to ${shownPath(path, projectRoot())} after ${((performance.now() - began) / 1000).toFixed(0)} s.\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
