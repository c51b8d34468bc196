import type * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount, requireNumber } from '../core/checks';
import { InterruptedError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../core/host';
import { rng } from '../core/rng';
import { priorSamples } from '../distributions/prior-samples';
import type { Model } from '../simulation/model';
import { checkedModel } from '../simulation/model';
import { simulate, type SimulateOptions } from '../simulation/simulate';
import type { Simulations } from '../simulation/simulations';
import { describedPairs, firstPairs, observationsOf, truthOf, type DrawnPairs } from './drawn-pairs';
import { PosteriorError } from './posterior-error';
import { posteriorOf, requireSource, type PosteriorSource } from './posterior-source';

/** Options of `drawPairs`. */
export interface DrawPairsOptions
  extends LongWorkOptions, Pick<SimulateOptions, 'workers' | 'invalid' | 'mostInvalid'> {
  /** Of truths, data and draws. */
  seed: number;
  /** Pairs of truth and data, N. Default 500. */
  pairs?: number;
  /** Draws from the posterior of each, K. Default 200. */
  draws?: number;
  /** Observations of each truth, n, which the posterior is given together. Default 1. */
  observations?: number;
}

/** Draws of one call: enough to fill the largest passes, few enough to hear an interrupt. */
const drawsOfCall = 50_000;

/**
 * Fresh truths theta* from the prior, data x from each, and K draws from each posterior p(theta | x): drawn once, read
 * by all diagnostics of calibration. With a right posterior the truth is one draw more among its K.
 *
 * The pairs are new ones, not those of training. One observation of each goes through the estimator's `drawEach` in
 * few large calls; several, and a function's posteriors, go one after another. Posteriors by Markov chains take seconds
 * each: begin with 50 pairs. With `invalid: 'drop'` truths whose simulation fails are left out.
 *
 * An estimator that was trained in rounds around one observation is right there, not over the prior: for it use
 * `localC2st` and `posteriorPredictive`.
 * @param source an estimator of any method, or a function (xObs) => posterior, such as an exact one.
 * @param model the prior and the simulator that the posterior is of.
 * @returns the pairs, as numbers on the host: nothing to dispose.
 * @throws InvalidInputError for arguments that do not fit, before work; what `simulate` throws; PosteriorError where a
 * posterior throws, or gives NaN, infinity or another number of draws, with the pairs before it as `partial`;
 * InterruptedError on interrupt, with the pairs drawn as `partial`.
 * @example
 * const pairs = await diagnostics.drawPairs(estimator, task, { pairs: 40, draws: 50, seed: 1 });
 * diagnostics.sbc(pairs).verdict;
 */
export async function drawPairs(source: PosteriorSource, model: Model, options: DrawPairsOptions): Promise<DrawnPairs> {
  requireSource('drawPairs: posterior', source);
  const { prior } = checkedModel('drawPairs', model);
  const {
    seed,
    pairs = 500,
    draws = 200,
    observations = 1,
    ...rest
  } = objectOf('drawPairs: options', options, '{ seed }');
  requireNumber('drawPairs: seed', seed, 'a finite number');
  requireCount('drawPairs: pairs', pairs);
  requireCount('drawPairs: draws', draws);
  requireCount('drawPairs: observations', observations);
  const isWhole = observations === 1 || rest.invalid !== 'drop';
  const why = 'Without one of its observations a truth is left with fewer than the others.';
  demand('drawPairs: invalid', isWhole, "'refuse', with several observations of each truth", 'drop', why);
  const simulations = await simulateTruths(model, pairs, observations, {
    ...rest,
    seed: rng(seed)
      .fork(0)
      .integer(0, 2 ** 31),
  });
  const [rows, width] = simulations.x.shape;
  const count = rows / observations;
  const theta = Float32Array.from(simulations.theta.dataSync<'float32'>());
  const whole: DrawnPairs = {
    count,
    draws,
    dims: { theta: prior.dim, observations, x: width },
    theta: observations === 1 ? theta : everyRow(theta, prior.dim, observations),
    x: Float32Array.from(simulations.x.dataSync<'float32'>()),
    samples: new Float32Array(count * draws * prior.dim),
    seed,
    prior,
    given: (xObs) => posteriorOf(source, xObs),
    ...(observations === 1 && densitiesOf(source)),
  };
  simulations.dispose();
  await longWork('Drawing from posteriors', count, rest, async (progress, signal) => {
    const isTogether = typeof source !== 'function' && observations === 1;
    const step = isTogether ? Math.max(1, Math.floor(drawsOfCall / draws)) : 1;
    for (let start = 0; start < count; start += step) {
      const here = Math.min(step, count - start);
      const own = rng(seed)
        .fork(1 + start)
        .integer(0, 2 ** 31);
      await fill(whole, source, { start, count: here }, { seed: own, signal });
      progress.update(start + here);
      await breathe();
      if (signal.aborted && start + here < count)
        throw new InterruptedError(
          `drawPairs: stopped after ${start + here} of ${count} pairs; error.partial holds them.`,
          firstPairs(whole, start + here),
        );
    }
  });
  return describedPairs(whole);
}

/** The log densities of many pairs at once, of an estimator that has them. */
function densitiesOf(source: PosteriorSource): Pick<DrawnPairs, 'logProbEach'> {
  if (typeof source === 'function' || !source.logProbEach) return {};
  return { logProbEach: (...given) => source.logProbEach!(...given) };
}

/** Truths from the prior, each `observations` times in a row, with their data. */
async function simulateTruths(
  model: Model,
  pairs: number,
  observations: number,
  options: SimulateOptions,
): Promise<Simulations> {
  if (observations === 1) return simulate(model, pairs, options);
  const truths = priorSamples(model.prior, pairs, options.seed);
  const rows = truths.arraySync();
  truths.dispose();
  const repeated = rows.flatMap((row) => Array.from({ length: observations }, () => row));
  return simulate(model, repeated.length, { ...options, theta: repeated });
}

function everyRow(rows: Float32Array, width: number, step: number): Float32Array {
  return rows.filter((_, i) => Math.floor(i / width) % step === 0);
}

/** The draws of some pairs, where they belong. */
async function fill(
  pairs: DrawnPairs,
  source: PosteriorSource,
  { start, count }: { start: number; count: number },
  options: { seed: number; signal: AbortSignal },
): Promise<void> {
  const { draws, dims, samples } = pairs;
  const which = count === 1 ? `pair ${start}` : `one of the pairs ${start} to ${start + count - 1}`;
  const partial = (): DrawnPairs | undefined => (start > 0 ? firstPairs(pairs, start) : undefined);
  const kept = start > 0 ? `; error.partial holds the ${start} pairs before` : '';
  let drawn: tf.Tensor | undefined;
  try {
    drawn = await drawsFrom(pairs, source, { start, count }, options);
    const values = drawn.dataSync<'float32'>();
    const expected = count * draws * dims.theta;
    if (values.length !== expected || drawn.shape[drawn.rank - 1] !== dims.theta) {
      const shape = `[${count === 1 ? '' : `${count}, `}${draws}, ${dims.theta}]`;
      throw new Error(`its draws have the shape [${drawn.shape.join(', ')}] instead of ${shape}`);
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new NonFiniteDraw(start + Math.floor(bad / (draws * dims.theta)), bad % dims.theta, values[bad]);
    samples.set(values, start * draws * dims.theta);
  } catch (error) {
    if (error instanceof InterruptedError) throw Object.assign(error, { partial: partial() });
    const { message } = error as Error;
    if (error instanceof NonFiniteDraw) {
      const { pair } = error;
      const data = observationsOf(pairs, pair)[0].slice(0, 8);
      const at = `theta = [${truthOf(pairs, pair).map(short)}], first data [${data.map(short)}]`;
      throw new PosteriorError(
        `drawPairs: the posterior of pair ${pair} gave ${message} (${at})${kept}.`,
        pair,
        partial(),
      );
    }
    throw new PosteriorError(
      `drawPairs: the posterior of ${which} of ${pairs.count} failed: ${message}${kept}.`,
      start,
      partial(),
      error,
    );
  } finally {
    drawn?.dispose();
  }
}

class NonFiniteDraw extends Error {
  constructor(
    readonly pair: number,
    parameter: number,
    value: number,
  ) {
    super(`${value} for parameter ${parameter}`);
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

async function drawsFrom(
  pairs: DrawnPairs,
  source: PosteriorSource,
  { start, count }: { start: number; count: number },
  options: { seed: number; signal: AbortSignal },
): Promise<tf.Tensor> {
  const { draws } = pairs;
  const work = { ...options, progress: false };
  if (typeof source !== 'function' && pairs.dims.observations === 1) {
    const x = Array.from({ length: count }, (_, i) => observationsOf(pairs, start + i)[0]);
    return source.drawEach(x, { ...work, draws });
  }
  const posterior = posteriorOf(source, observationsOf(pairs, start));
  try {
    return await posterior.sample(draws, work);
  } finally {
    posterior.dispose();
  }
}
