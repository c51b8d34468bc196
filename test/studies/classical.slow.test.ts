import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import * as classical from '../../lib/studies/classical';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { openResults } from '../../lib/io/records';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const quiet = { progress: false };

describe('the classical family', () => {
  it('keeps rows of approximate Bayesian computation, which leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const part = { settings: ['rej-abc', 'smc-abc'], budgets: [1000], observations: [1], samples: 300 } as const;
    const { rows, failures } = await runExperiment(classical.experiment('two_moons', part), openResults('demo'), quiet);
    expect(failures).toEqual([]);
    const c2st = rows.filter(({ metric }) => metric === 'C2ST');
    expect(c2st.map(({ method, simulatorCalls, observation }) => [method, simulatorCalls, observation])).toEqual([
      ['REJ-ABC', 1000, 1],
      ['SMC-ABC', 1000, 1],
    ]);
    // both are far from the truth at this budget, rejection the farther; the prior itself is at 1
    expect(c2st[0].value).toBeLessThan(1);
    expect(tf.memory().numTensors).toBe(before);
  }, 60_000);
});
