import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** The versions a result depends on; `unknown` where one could not be read. */
export interface Versions {
  readonly node: string;
  readonly 'tfjs-node': string;
  readonly tensorflow: string;
  readonly scorebook: string;
}

/** The machine a result was measured on, without its name. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
}

/**
 * The versions of Node, tfjs-node, the TensorFlow library and this library. Loads tfjs-node unless it is loaded
 * already.
 */
export async function versions(): Promise<Versions> {
  return { node: process.versions.node, ...(await tensorflowVersions()), scorebook: libraryVersion() };
}

/** The processor's model, its cores and the memory of this machine. */
export function machine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() || 'unknown',
    cores: cores.length,
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
  };
}

async function tensorflowVersions(): Promise<Pick<Versions, 'tfjs-node' | 'tensorflow'>> {
  try {
    const tf = await import('@tensorflow/tfjs-node');
    const backend = tf.backend() as { binding?: { TF_Version?: string } };
    return { 'tfjs-node': tf.version['tfjs-node'], tensorflow: backend.binding?.TF_Version ?? 'unknown' };
  } catch {
    return { 'tfjs-node': 'unknown', tensorflow: 'unknown' };
  }
}

/** Works from the sources (`lib/io`) and from the build (`lib/dist/io`). */
function libraryVersion(): string {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (!existsSync(path)) continue;
    const found = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
    if (found.name === 'scorebook') return found.version ?? 'unknown';
  }
  return 'unknown';
}
