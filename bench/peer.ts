import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** A request to the peer: what it is to do, and with what; JSON. */
export type PeerRequest = { readonly do: string } & Readonly<Record<string, unknown>>;

/** A Python process with PyTorch and sbi that measures on request and otherwise sleeps. */
export interface Peer {
  readonly versions: Record<string, string>;
  /** Sends a request and waits for its answer. */
  ask(request: PeerRequest): Promise<Record<string, unknown>>;
  stop(): void;
}

/** Starts the peer in the environment of `.venv-peers`; one line of JSON per request and answer. */
export async function startPeer(folder: string): Promise<Peer> {
  const python = process.env.SCOREBOOK_PEERS_PYTHON;
  if (!python) throw new Error('The peers are started by: npm run bench -- --peers');
  const child = spawn(python, [join(folder, 'serve.py')], {
    // sbi writes its logs into the folder it is started in
    cwd: __dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting: { resolve(answer: Record<string, unknown>): void; reject(error: Error): void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Record<string, unknown>;
    if (typeof answer.error === 'string') waiting.shift()?.reject(new Error(`The peer failed: ${answer.error}`));
    else waiting.shift()?.resolve(answer);
  });
  child.on('close', (code) =>
    waiting.splice(0).forEach(({ reject }) => reject(new Error(`The peer's process ended with code ${code}.`))),
  );
  const ask = (request: PeerRequest): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  const { versions } = await ask({ do: 'versions' });
  return {
    versions: versions as Record<string, string>,
    ask,
    stop: () => child.stdin.end(),
  };
}
