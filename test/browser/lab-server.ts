import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labArguments } from '../../scripts/lab/arguments.mjs';
import { environment } from '../../scripts/setup/environment.mjs';
import { venvPython } from '../../scripts/setup/paths.mjs';

/** A JupyterLab started for a test, as `npm run lab` starts it. */
export interface LabServer {
  /** The address of a notebook's page, with the token that lets the browser in. */
  page(notebook: string): string;
  /** Writes a notebook through the server. */
  write(notebook: string, cells: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the lab over `folder`, on a free port of the loopback address, with settings that nobody else uses. */
export async function startLab(folder: string): Promise<LabServer> {
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  const address = `http://127.0.0.1:${port}`;
  const more = [
    '--no-browser',
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    `--IdentityProvider.token=${token}`,
  ];
  const lab = spawn(venvPython, labArguments(folder, more), {
    env: environment({
      JUPYTER_CONFIG_DIR: join(folder, '.jupyter', 'config'),
      JUPYTER_DATA_DIR: join(folder, '.jupyter', 'data'),
      SCOREBOOK_BUDGET: 'quick',
      SCOREBOOK_RESULTS: '',
    }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  lab.stderr.on('data', (chunk) => (log += String(chunk)));
  const ended = new Promise<void>((resolve) => lab.once('close', () => resolve()));
  const headers = { Authorization: `token ${token}` };
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${address}/api/status`, { headers }).catch(() => undefined);
    if (answer?.ok) break;
    if (tries > 300 || lab.exitCode !== null) throw new Error(`JupyterLab did not start:\n${log}`);
    await sleep(200);
  }
  return {
    page: (notebook) => `${address}/lab/tree/${notebook}?token=${token}&reset`,
    async write(notebook, cells) {
      const body = JSON.stringify({ type: 'notebook', format: 'json', content: notebookOf(cells) });
      const answer = await fetch(`${address}/api/contents/${notebook}`, { method: 'PUT', headers, body });
      if (!answer.ok) throw new Error(`${notebook} could not be written: ${await answer.text()}`);
    },
    async stop() {
      lab.kill('SIGTERM');
      await Promise.race([ended, sleep(15_000).then(() => lab.kill('SIGKILL'))]);
    },
  };
}

function notebookOf(cells: readonly string[]): unknown {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'scorebook', display_name: 'Scorebook (TypeScript)', language: 'typescript' } },
    cells: cells.map((source, i) => ({
      id: `cell-${i}`,
      cell_type: 'code',
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
