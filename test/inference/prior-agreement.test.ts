import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import type { Prior } from '../../lib/distributions/prior';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { uniform } from '../../lib/distributions/uniform';
import { checkPairs } from '../../lib/inference/check-pairs';
import { fewSimulations } from '../../lib/inference/few-simulations';
import { otherLaw } from '../../lib/inference/prior-agreement';
import { joinSimulations } from '../../lib/simulation/join-simulations';
import { proposalOf } from '../../lib/simulation/proposal';
import { simulate } from '../../lib/simulation/simulate';
import { simulationsFrom } from '../../lib/simulation/simulations';

const standard = normal({ mean: 0 });
const priors: [string, Prior][] = [
  ['normal', normal({ mean: [0, 5], std: [1, 0.01] })],
  [
    'correlated',
    normal({
      mean: [0, 0],
      covariance: [
        [1, 0.99],
        [0.99, 1],
      ],
    }),
  ],
  ['uniform, whose log density is one number', uniform({ lower: [-1, 0], upper: [1, 1e-3] })],
  ['log-normal, of heavy tails', logNormal({ mean: [0, 3], std: [2, 1] })],
  ['of parts', independent([uniform({ lower: 0, upper: 1 }), standard])],
  [
    'of two modes',
    mixture([
      { weight: 1, component: standard },
      { weight: 3, component: normal({ mean: 9 }) },
    ]),
  ],
];

/** What is said of n draws of one law under another. */
function said(of: Prior, prior: Prior, n: number, seed = 1, more: { dropped?: number; proposed?: boolean } = {}) {
  const theta = priorSamples(of, n, seed);
  const text = otherLaw({ theta, ...more }, prior);
  theta.dispose();
  return text;
}

describe('parameters that the prior drew', () => {
  // an alarm is to come once in a million times: none in these 240
  it.each(priors)('are taken for such, whatever the seed: %s', (_, prior) => {
    const before = tf.memory().numTensors;
    for (let seed = 0; seed < 36; seed++) expect(said(prior, prior, 1000, seed)).toBeUndefined();
    for (const n of [1, 2, 20, 12_000]) expect(said(prior, prior, n, 7)).toBeUndefined();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are taken for such where rows are repeated, or evenly spread', () => {
    const few = priorSamples(standard, 30, 1);
    const repeated = tf.tile(few, [50, 1]);
    const even = tf.tensor2d(Array.from({ length: 999 }, (_, i) => [(i + 1) / 1000]));
    expect(otherLaw({ theta: repeated }, standard)).toBeUndefined();
    expect(otherLaw({ theta: even }, uniform({ lower: 0, upper: 1 }))).toBeUndefined();
    tf.dispose([few, repeated, even]);
  });
});

describe('parameters that the prior did not draw', () => {
  it.each<[string, Prior, Prior, RegExp]>([
    [
      'far away',
      normal({ mean: 50 }),
      standard,
      /parameter 0 has mean (49\.9|50\.\d) .* prior mean -?0\.0\d+ .*distance of 1\.00/,
    ],
    [
      'in a corner of the box',
      uniform({ lower: 0, upper: 0.1 }),
      uniform({ lower: -1, upper: 1 }),
      /parameter 0 .*0\.5\d, where/,
    ],
    [
      'half as wide',
      normal({ mean: [0, 0], std: [1, 0.5] }),
      normal({ mean: [0, 0] }),
      /parameter 1 .*deviation 0\.[45]\d*, and over draws of the prior/,
    ],
    ['dependent on each other', priors[1][1], normal({ mean: [0, 0] }), /log density at theta/],
    ['shifted by half a standard deviation', normal({ mean: 0.5 }), standard, /parameter 0/],
  ])('are told, with the numbers: %s', (_, of, prior, message) => {
    for (const seed of [1, 2, 3]) expect(said(of, prior, 1000, seed)).toMatch(message);
  });

  it('are told where the simulations left out cannot account for it, and only there', () => {
    // draws above -1, a share of .84, the others having been left out
    const theta = priorSamples(standard, 5000, 1);
    const kept = tf.tidy(() =>
      tf.tensor2d(
        Array.from(theta.dataSync())
          .filter((value) => value > -1)
          .map((v) => [v]),
      ),
    );
    const dropped = 5000 - kept.shape[0];
    expect(otherLaw({ theta: kept }, standard)).toMatch(/parameter 0/);
    expect(otherLaw({ theta: kept, dropped }, standard)).toBeUndefined();
    tf.dispose([theta, kept]);
    expect(said(normal({ mean: 50 }), standard, 1000, 1, { dropped: 100 })).toMatch(/parameter 0/);
  });

  it('are taken as they are where they are said to be a proposal’s', async () => {
    expect(said(normal({ mean: 50 }), standard, 1000, 1, { proposed: true })).toBeUndefined();
    const model = { prior: standard, simulator: ([a]: readonly number[]) => [a] };
    const options = { seed: 1, workers: 0, progress: false } as const;
    const ofPrior = await simulate(model, 20, options);
    const ofProposal = await simulate(model, 20, { ...options, proposal: proposalOf(normal({ mean: 3 })) });
    const joined = joinSimulations(ofPrior, ofProposal);
    const [from, said2] = [simulationsFrom([[1]], [[2]]), simulationsFrom([[1]], [[2]], { proposed: true })];
    const all = [ofPrior, ofProposal, joined, from, said2];
    expect(all.map(({ proposed }) => proposed)).toEqual([false, true, true, false, true]);
    all.forEach((each) => each.dispose());
  });
});

describe('what training is warned of', () => {
  let warn: ReturnType<typeof vi.spyOn>;
  beforeEach(() => void (warn = vi.spyOn(console, 'warn').mockImplementation(() => {})));
  afterEach(() => warn.mockRestore());

  it('is another law than the prior, in its own name and with a remedy', () => {
    const theta = priorSamples(normal({ mean: 50 }), 500, 1);
    checkPairs('npse.train', { theta, x: theta }, standard);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^npse\.train: theta looks drawn from another law .* distance of 1\.00.*pass that law as the prior/,
        ),
      ],
    ]);
    warn.mockClear();
    checkPairs('npse.train', { theta, x: theta, proposed: true }, standard);
    checkPairs('npse.train', { theta, x: theta }, normal({ mean: 50 }));
    expect(warn).not.toHaveBeenCalled();
    theta.dispose();
  });

  it('is too few simulations, by the numbers of parameters and data values', () => {
    const theta = priorSamples(standard, 10, 1);
    checkPairs('fmpe.train', { theta, x: theta }, standard);
    expect(warn.mock.calls).toEqual([['fmpe.train: ' + fewSimulations(10, { theta: 1, x: 1 })]]);
    theta.dispose();
    expect(fewSimulations(10, { theta: 1, x: 1 })).toMatch(/^10 simulations are few .* at least 100; a thousand/);
    expect(fewSimulations(100, { theta: 5, x: 10 })).toBeUndefined();
    expect(fewSimulations(100, { theta: 5, x: 100 })).toMatch(/5 parameter\(s\) and 100 data value\(s\).*at least 212/);
    expect(fewSimulations(1000, { theta: 5, x: 100 })).toBeUndefined();
  });
});
