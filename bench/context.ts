import { availableParallelism } from 'node:os';
import { each, type Contestants, type Measure, type Spread } from './in-turns';
import type { Peer } from './peer';
import type { Report } from './report';
import type { Sizes } from './sizes';

/** What each part of the benchmark works with. */
export interface Bench {
  readonly sizes: Sizes;
  readonly report: Report;
  /** PyTorch and sbi; missing without --peers. */
  readonly peer?: Peer;
  /** This machine's matrix-product peak in GFLOP/s, once it is known. */
  peak?: number;
}

/**
 * A peer's contestants: with as many threads as there are cores, and with one, which is often faster for networks as
 * small as these. None without --peers.
 */
export function peerContestants(
  { peer }: Bench,
  name: string,
  request: { do: string } & Record<string, unknown>,
): Contestants {
  if (!peer) return {};
  const cores = availableParallelism();
  return Object.fromEntries(
    (cores > 1 ? [cores, 1] : [1]).map((threads): [string, Measure] => [
      `${name}, ${threads} thread${threads === 1 ? '' : 's'}`,
      () => peer.measure({ ...request, threads }),
    ]),
  );
}

/** Rows for the useful floating-point operations per second, and their share of the matrix-product peak. */
export function addShare(
  { report, peak }: Bench,
  row: { task: string; setting: string; n?: number },
  secondsEach: Spread,
  flops: number,
): void {
  const gflops = each(secondsEach, (value) => flops / 1e9 / value);
  report.add({ ...row, method: 'compiled', metric: 'GFLOP/s' }, gflops);
  if (peak)
    report.add(
      { ...row, method: 'compiled', metric: '% of the matrix-product peak' },
      each(gflops, (value) => (100 * value) / peak),
    );
}
