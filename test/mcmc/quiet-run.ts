import { vi } from 'vitest';
import type { LogDensity } from '../../lib/distributions/log-density';
import type { Kernel, Point } from '../../lib/mcmc/kernel';
import { sampleChains, type ChainOptions, type ChainRun } from '../../lib/mcmc/sample-chains';

/** A run without progress or warnings, and its draws as rows. */
export async function run<P extends Point>(
  density: LogDensity,
  kernel: Kernel<P>,
  options: Omit<ChainOptions, 'seed'>,
): Promise<ChainRun & { rows: number[][] }> {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    const result = await sampleChains(density, kernel, { progress: false, seed: 1, ...options });
    const rows = result.samples.arraySync();
    result.samples.dispose();
    return { ...result, rows };
  } finally {
    warn.mockRestore();
  }
}
