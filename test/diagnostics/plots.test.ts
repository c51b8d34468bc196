import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import type { VegaLiteSpec } from '../../lib/records/figure-spec';
import { expectedCoverage } from '../../lib/diagnostics/expected-coverage';
import { localC2st } from '../../lib/diagnostics/local-c2st';
import { misspecification } from '../../lib/diagnostics/misspecification';
import { posteriorPredictive } from '../../lib/diagnostics/posterior-predictive';
import { recovery } from '../../lib/diagnostics/recovery';
import { sbc } from '../../lib/diagnostics/sbc';
import { tarp } from '../../lib/diagnostics/tarp';
import { renderSvg } from '../../lib/io/render';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { textsOf, warningsOf } from '../plots/fixtures';
import { gaussianPairs } from './gaussian-pairs';

const pairs = gaussianPairs(1, 100, 20, { width: 0.6 });
const task = gaussianLinear([0.5, 1]);
const draws = Array.from({ length: 30 }, (_, i) => [i / 30, 0]);
const simulated = Array.from({ length: 120 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);

const figures: readonly [string, () => VegaLiteSpec | Promise<VegaLiteSpec>, RegExp][] = [
  ['ranks', () => sbc(pairs).plot(), /100 pairs, 20 draws each · grey: holds 95\u00a0% .* θ₁ θ₂/],
  [
    'a histogram',
    () => sbc(pairs).plot({ kind: 'histogram' }),
    /99 % of right posteriors' bars end · \d+ of 20 outside/,
  ],
  [
    'coverage',
    async () => (await expectedCoverage(pairs, { progress: false })).plot(),
    /100 truths inside credible sets/,
  ],
  ['marginals', async () => (await expectedCoverage(pairs, { by: 'marginals' })).plot(), /by marginals.*θ₁ θ₂/],
  ['TARP', () => tarp(pairs).plot(), /100 truths inside balls around random points/],
  ['recovery', () => recovery(pairs).plot(), /90 % interval against the truth · 100 pairs/],
  ['z-scores', () => recovery(pairs).plot({ kind: 'z' }), /Contraction and z-scores/],
  [
    'L-C2ST',
    async () => (await localC2st(pairs, [[1]], { trials: 20, draws: 20, maxEpochs: 1, progress: false })).plot(),
    /95 % of 20 classifiers on permuted labels/,
  ],
  [
    'predictions',
    async () => (await posteriorPredictive(task, draws, [[0, 9]], { seed: 1, progress: false })).plot(),
    /simulated from 30 draws of the posterior.* x₁ x₂/,
  ],
  ['observations', () => misspecification(simulated, [[9, 9]]).plot(), /120 simulations, .* lines: the observation/],
];

describe('the figure of', () => {
  it.each(figures)('%s says what it shows, and is drawn without a warning', async (_, figure, said) => {
    const spec = await figure();
    expect(await warningsOf(spec)).toEqual([]);
    const svg = await renderSvg(spec);
    const { text, subtitle } = spec.title as { text: string; subtitle: string[] };
    expect([text, ...subtitle, ...textsOf(svg)].join(' ')).toMatch(said);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('ranks takes a title of one’s own, and refuses a kind that it does not know', async () => {
    expect(textsOf(await renderSvg(sbc(pairs).plot({ title: 'Mine' })))).toContain('Mine');
    expect(() => sbc(pairs).plot({ kind: 'pie' as never })).toThrow(/ecdf or histogram/);
    expect(() => recovery(pairs).plot(null as never)).toThrow(/recovery plot: options/);
  });

  it('ranks has its curves in another colour where they fail', () => {
    const verdicts = (spec: VegaLiteSpec): string[] => {
      const { values } = spec.data as unknown as { values: { verdict: string }[] };
      return [...new Set(values.map(({ verdict }) => verdict))];
    };
    expect(verdicts(sbc(pairs).plot())).toEqual(['fails']);
    expect(verdicts(sbc(gaussianPairs(1, 100, 20)).plot())).toEqual(['passes']);
  });
});
