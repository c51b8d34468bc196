import { availableParallelism } from 'node:os';
import { each, type Contestants, type Measure, type Spread } from './in-turns';
import type { Peer, PeerRequest } from './peer';
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
 * @param measured the amount of an answer; default: its seconds.
 */
export function peerContestants<A = { seconds: number }>(
  { peer }: Bench,
  name: string,
  request: PeerRequest,
  measured: (name: string, answer: A) => number = (_, answer) => Number((answer as { seconds: number }).seconds),
): Contestants {
  if (!peer) return {};
  const cores = availableParallelism();
  return Object.fromEntries(
    (cores > 1 ? [cores, 1] : [1]).map((threads): [string, Measure] => {
      const contestant = `${name}, ${threads} thread${threads === 1 ? '' : 's'}`;
      return [contestant, async () => measured(contestant, (await peer.ask({ ...request, threads })) as A)];
    }),
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
