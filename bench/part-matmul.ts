import type { Bench } from './context';
import { inTurns } from './in-turns';
import { matmulPeak } from './matmul-peak';

/** This machine's peak: the best round of any size. */
export async function matmul(bench: Bench): Promise<void> {
  const { rounds, matmuls } = bench.sizes;
  for (const { size, products } of matmuls) {
    const { gflops, dispose } = matmulPeak(size, products);
    const measured = (await inTurns(rounds, { gflops })).gflops;
    dispose();
    const task = 'Matrix product, float32';
    bench.report.add({ task, method: 'compiled', setting: `${size} x ${size}`, metric: 'GFLOP/s' }, measured);
    bench.peak = Math.max(bench.peak ?? 0, measured.max);
  }
}
