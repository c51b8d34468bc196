import '@tensorflow/tfjs-node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Posterior } from '../../lib/contract/posterior';
import { independent } from '../../lib/distributions/independent';
import { normal } from '../../lib/distributions/normal';
import { uniform } from '../../lib/distributions/uniform';
import { flowNpe } from '../../lib/inference/density/flow-npe';
import { fmpe } from '../../lib/inference/score/fmpe';
import { npse } from '../../lib/inference/score/npse';
import type { ScoreEstimator } from '../../lib/inference/score/score-estimator';
import { readEstimator } from '../../lib/io/saved-estimator';
import { quiet, rowsOf, valuesOf, withPosterior } from './quick-estimator';

const folder = join(__dirname, 'fixtures', 'version-1');
const prior = independent([normal({ mean: 0, std: 1 }), uniform({ lower: 0, upper: 2 })]);
const xs = [
  [0.3, 2.4, 0.2],
  [0.1, 2.9, 0.4],
];

/** What code of version 1 drew; see the README there. */
interface Draws {
  readonly one: number[][];
  readonly two: number[][];
  readonly logProb: number[];
  readonly unnormalised: (number | null)[];
}
const known = JSON.parse(readFileSync(join(folder, 'draws.json'), 'utf8')) as Record<string, Draws>;

/** Other processors round otherwise. */
const tolerance = 1e-4;
function expectSame(received: readonly number[], expected: readonly (number | null)[]): void {
  expect(received.length).toBe(expected.length);
  received.forEach((value, i) => {
    const before = expected[i];
    if (before === null) expect(value).toBe(-Infinity);
    else expect(Math.abs(value - before)).toBeLessThan(tolerance * (1 + Math.abs(before)));
  });
}

const drawn = async (posterior: Posterior): Promise<number[]> =>
  (await rowsOf(posterior.sample(8, { seed: 3, ...quiet }))).flat();
async function logProbAt({ density }: Posterior, at: number[][]): Promise<number[]> {
  const theta = tf.tensor2d(at);
  return valuesOf(density!.logProb(theta, quiet)).finally(() => theta.dispose());
}
const inside = [
  [0.2, 0.8],
  [0.1, 1.2],
];

const tensors = { before: 0 };
beforeEach(() => void (tensors.before = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(tensors.before));

describe.each([
  { name: 'npse-default', method: npse },
  { name: 'npse-mixture', method: npse },
  { name: 'npse-discrete', method: npse },
  { name: 'npse-ve', method: npse },
  { name: 'fmpe', method: fmpe },
])('the estimator of version 1 $name', ({ name, method }) => {
  it('is read, and draws and weighs as it did', async () => {
    const record = await readEstimator(join(folder, name));
    expect(record.config.version).toBe(1);
    const estimator: ScoreEstimator = method.restore(record, { prior });
    await withPosterior(estimator, [xs[0]], async (posterior) => {
      expectSame(await drawn(posterior), known[name].one.flat());
      expectSame(await logProbAt(posterior, inside), known[name].logProb);
    });
    await withPosterior(estimator, xs, async (posterior) => {
      // estimators in continuous time draw by another sampler since then
      if (name === 'npse-discrete') expectSame(await drawn(posterior), known[name].two.flat());
      expectSame(await logProbAt(posterior, [...inside, [0, 5]]), known[name].unnormalised);
    });
    // what is saved from now on is of the new version, and the same estimator
    const again = method.restore(estimator.record(), { prior });
    expect(again.config).toEqual({ ...estimator.config, version: 2 });
    expect(again.record().arrays).toEqual(record.arrays);
    again.dispose();
    estimator.dispose();
  });
});

describe('the estimator of version 1 flow-npe', () => {
  it('is read, and draws and weighs as it did', async () => {
    const estimator = flowNpe.restore(await readEstimator(join(folder, 'flow-npe')), { prior });
    await withPosterior(estimator, xs, async (posterior) => {
      expectSame(await drawn(posterior), known['flow-npe'].two.flat());
      expectSame(await logProbAt(posterior, inside), known['flow-npe'].logProb);
    });
    expect(estimator.config).toMatchObject({
      version: 2,
      frame: { theta: { mean: [expect.anything(), expect.anything()] } },
    });
    estimator.dispose();
  });
});
