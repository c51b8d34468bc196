import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, refuse, requireCount, requireNumber } from '../core/checks';
import { InterruptedError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../core/host';
import { rng, type Rng } from '../core/rng';
import { toTensor2D, type Rows } from '../core/rows';
import { layersOf, logits, type ClassifierSizes } from '../metrics/fold-classifiers';
import { trainFolds } from '../metrics/train-folds';
import { requirePairs, type DrawnPairs } from './drawn-pairs';
import { checkedLevel, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { labelledPairs, learnedRows } from './labelled-pairs';
import { localC2stPlot } from './local-c2st-plot';

/** Options of `localC2st`. */
export interface LocalC2stOptions extends LongWorkOptions {
  /** Of the draws, the classifiers and the permutations. Default: that of the pairs. */
  seed?: number;
  /** Classifiers trained on permuted labels. Default 100. */
  trials?: number;
  /** Draws from the posterior given xObs that are judged. Default 1,000. */
  draws?: number;
  /** Epochs after which a classifier stops at the latest. Default 30, or so many that they make 400 steps. */
  maxEpochs?: number;
  /** The share of right posteriors that fail. Default .05. */
  level?: number;
}

/** Units of a hidden layer at least. */
const leastHidden = 30;

/** What `localC2st` found; its value is the statistic. */
export interface LocalC2stFinding extends PlottedFinding {
  /** The classifier's probabilities, for each draw given xObs, that it is a truth, ascending. */
  readonly probabilities: Float64Array;
  /** The same of each classifier that was trained on permuted labels. */
  readonly nullProbabilities: readonly Float64Array[];
  /** The statistic of each of these. */
  readonly nullValues: readonly number[];
}

/**
 * The local classifier two-sample test: whether the posterior given one observation is right.
 *
 * A classifier learns to tell the pairs (theta*, x) from the pairs (theta ~ q(theta | x), x). Where it can at x = xObs,
 * the posterior there is wrong: the statistic is the mean of (d - 1/2)^2 of its probabilities d at draws from
 * q(theta | xObs). What the statistic is by chance comes from classifiers that were trained on pairs whose labels were
 * swapped at random, truth for draw, which for a right posterior changes nothing.
 *
 * It trusts one observation, where calibration speaks of the average; but its power rests on how many pairs are near
 * xObs: 1,000 is few. The classifiers have two hidden layers of 10 D units, 30 at least.
 * @param pairs from `drawPairs`, 100 at least; the first draw of each is used.
 * @param xObs the observation, [n, L] with the n of the pairs.
 * @param posterior draws [M, D] given xObs, at least 20. Default: `draws` of them by what drew the pairs.
 * @returns the finding: `value`, the statistic, from 0 to 1/4; `plot()`, the distribution function of the classifier's
 * probabilities beside those of permuted labels.
 * @throws InvalidInputError for too few pairs, pairs without data, an observation of another shape or a bad option;
 * InterruptedError on interrupt.
 * Source: Linhart, Gramfort and Rodrigues (2023), "L-C2ST: local diagnostics for posterior approximations in
 * simulation-based inference", algorithms 1 and 2.
 * @example
 * const pairs = await diagnostics.drawPairs(estimator, task, { pairs: 100, draws: 1, seed: 1 });
 * const local = await diagnostics.localC2st(pairs, xObs.slice(0, 1), { trials: 20, draws: 100, maxEpochs: 5 });
 */
export async function localC2st(
  pairs: DrawnPairs,
  xObs: Rows,
  options: LocalC2stOptions & { posterior?: Rows } = {},
): Promise<LocalC2stFinding> {
  requirePairs('localC2st', pairs, 100);
  const { seed = pairs.seed, trials = 100, draws = 1000 } = objectOf('localC2st: options', options);
  const { maxEpochs = Math.max(30, Math.ceil(400 / Math.ceil(pairs.count / 100))) } = options;
  const level = checkedLevel('localC2st', options.level);
  requireNumber('localC2st: seed', seed, 'a finite number');
  requireCount('localC2st: trials', trials, Math.ceil(1 / level));
  requireCount('localC2st: draws', draws, 20);
  requireCount('localC2st: maxEpochs', maxEpochs);
  demand('localC2st: pairs', pairs.dims.x > 0, 'pairs with their data', 'pairs without');
  const observed = observedValues(pairs, xObs);
  const judged = await judgedDraws(pairs, observed, options.posterior, { draws, seed, signal: options.signal });
  const source = rng(seed).fork(-14);
  const data = labelledPairs(pairs, judged, observed);
  const learned = Array.from({ length: 1 + trials }, (_, trial) => {
    const coin = source.fork(trial);
    return learnedRows(pairs.count, () => trial > 0 && coin.uniform() < 0.5);
  });
  const width = pairs.dims.theta + observed.length;
  const sizes = { inputs: width + 1, hidden: Math.max(leastHidden, 10 * pairs.dims.theta) + 1 };
  try {
    const weights = await trainedClassifiers({ sizes, data, learned, source, maxEpochs }, options);
    const all = weights.map((each) => probabilitiesOf(sizes, data.judged, each));
    const values = all.map(
      (probabilities) => probabilities.reduce((sum, d) => sum + (d - 0.5) ** 2, 0) / probabilities.length,
    );
    const [value, ...nullValues] = values;
    const pValue = (1 + nullValues.filter((each) => each >= value).length) / (trials + 1);
    const [probabilities, ...nullProbabilities] = all;
    return finding({
      name: 'L-C2ST',
      value,
      pValue,
      level,
      passes: pValue > level,
      probabilities,
      nullProbabilities,
      nullValues,
      verdict: verdictOf({ count: pairs.count, trials, value, pValue, level, probabilities }),
      plot: (asked = {}) =>
        localC2stPlot(probabilities, nullProbabilities, { pValue, level, pairs: pairs.count }, asked),
    });
  } finally {
    tf.dispose([data.rows, data.classes, data.judged]);
  }
}

function observedValues({ dims }: DrawnPairs, xObs: Rows): Float32Array {
  const tensor = toTensor2D(xObs, 'localC2st: xObs', dims.x);
  const values = Float32Array.from(tensor.dataSync<'float32'>());
  const [rows] = tensor.shape;
  tensor.dispose();
  const expected = `${dims.observations} observations, as in the pairs`;
  demand('localC2st: xObs', rows === dims.observations, expected, `${rows}`);
  return values;
}

async function judgedDraws(
  pairs: DrawnPairs,
  observed: Float32Array,
  given: Rows | undefined,
  { draws, seed, signal }: { draws: number; seed: number; signal?: AbortSignal },
): Promise<Float32Array> {
  const { dims } = pairs;
  const valuesOf = (tensor: tf.Tensor2D): Float32Array => {
    const values = Float32Array.from(tensor.dataSync<'float32'>());
    tensor.dispose();
    return values;
  };
  if (given !== undefined) {
    const tensor = toTensor2D(given, 'localC2st: posterior', dims.theta);
    demand('localC2st: posterior', tensor.shape[0] >= 20, 'at least 20 draws', tensor.shape[0]);
    return valuesOf(tensor);
  }
  const remedy = 'Hand it draws given xObs as { posterior }.';
  if (!pairs.given) return refuse('localC2st: posterior', 'draws [M, D] given xObs', 'pairs that cannot draw', remedy);
  const rows = Array.from({ length: dims.observations }, (_, j) =>
    Array.from(observed.subarray(j * dims.x, (j + 1) * dims.x)),
  );
  const posterior = pairs.given(rows);
  try {
    return valuesOf(
      await posterior.sample(draws, {
        seed: rng(seed)
          .fork(-15)
          .integer(0, 2 ** 31),
        signal,
        progress: false,
      }),
    );
  } finally {
    posterior.dispose();
  }
}

interface Training {
  readonly sizes: ClassifierSizes;
  readonly data: { readonly rows: tf.Tensor2D; readonly classes: tf.Tensor2D };
  readonly learned: readonly Int32Array[];
  readonly source: Rng;
  readonly maxEpochs: number;
}

function trainedClassifiers(
  { sizes, data, learned, source, maxEpochs }: Training,
  options: LongWorkOptions,
): Promise<Float32Array[]> {
  return longWork('L-C2ST', maxEpochs, options, async (progress, signal) => {
    const trained = await trainFolds({
      sizes,
      data: { rows: data.rows, classes: data.classes },
      learned,
      sources: learned.map((_, k) => source.fork(10_000 + k)),
      maxEpochs,
      pause: async (epoch, live, loss) => {
        progress.update(epoch, `${live} of ${learned.length} classifiers, loss ${loss.toFixed(4)}`);
        await breathe();
        if (signal.aborted) throw new InterruptedError(`localC2st was interrupted after epoch ${epoch}.`);
      },
    });
    return trained.map(({ weights }) => weights);
  });
}

function probabilitiesOf(sizes: ClassifierSizes, rows: tf.Tensor2D, weights: Float32Array): Float64Array {
  const values = tf.tidy(() => {
    const odds = logits(tf.expandDims(rows, 0), layersOf(sizes, tf.tensor2d(weights, [1, weights.length])));
    return tf.sigmoid(odds).dataSync<'float32'>();
  });
  return Float64Array.from(values).sort();
}

function verdictOf(found: {
  count: number;
  trials: number;
  value: number;
  pValue: number;
  level: number;
  probabilities: Float64Array;
}): string {
  const { count, trials, value, pValue, level, probabilities } = found;
  const about =
    `Given this observation, a classifier trained on ${count} pairs and judged beside ${trials} on permuted labels ` +
    `(statistic ${value.toPrecision(2)}, p = ${probability(pValue)})`;
  if (pValue > level)
    return `${about} cannot tell the posterior's draws from truths. ${meaningOf(pValue)} More pairs would see more.`;
  const low = probabilities.reduce((sum, d) => sum + Number(d < 0.5), 0) / probabilities.length;
  return (
    `${about} tells the posterior's draws from truths: it takes ${(100 * low).toFixed(0)} % of them for no truths. ` +
    `${meaningOf(pValue)} The posterior here is wrong: train on more simulations, or in rounds around this observation.`
  );
}
