import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount, requireNumber } from '../core/checks';
import { InterruptedError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../core/host';
import { rng } from '../core/rng';
import { toTensor2D, type Rows } from '../core/rows';
import { chiSquaredTail } from '../maths/chi-squared';
import { normalQuantile } from '../maths/normal-quantile';
import { checkedModel, type Model } from '../simulation/model';
import { simulate, type SimulateOptions } from '../simulation/simulate';
import { compositionPlot } from './composition-plot';
import { checkedLevel, combined, finding, meaningOf, probability, type PlottedFinding } from './finding';
import { PosteriorError } from './posterior-error';
import { posteriorOf, requireSource, type PosteriorSource } from './posterior-source';
import { ranksOf, shapeOf } from './ranks';
import { strangenessOfSet } from './set-strangeness';

/** Options of `composition`. */
export interface CompositionOptions extends LongWorkOptions, Pick<SimulateOptions, 'workers'> {
  /** Of draws, simulations and ties. */
  seed: number;
  /** Sets of n observations that are simulated anew, K, at least 20. Default 50. */
  sets?: number;
  /** Draws of each set's posterior. Default 100. */
  draws?: number;
  /** The share of right posteriors that fail. Default .05. */
  level?: number;
}

/** What was found of one parameter. */
export interface ComposedParameter {
  /** By how many of its standard deviations the composed posterior lies too high, about. */
  readonly shift: number;
  /** How many times too narrow it is, about: 1 for a right one. */
  readonly narrow: number;
  /** The p-values of both. */
  readonly pValues: { readonly shift: number; readonly narrow: number };
  /** The ranks of the truths among their draws, (rank + U) / (draws + 1): uniform for a right posterior, [K]. */
  readonly uniform: Float64Array;
}

/** What `composition` found; its value is the largest shift, in standard deviations of the composed posterior. */
export interface CompositionFinding extends PlottedFinding {
  /** Each parameter's shift and width. */
  readonly parameters: readonly ComposedParameter[];
  /** How the observations as a set differ from simulated sets: the p-value of their squared MMD. */
  readonly setPValue: number;
}

/**
 * Whether the posterior given many observations can be trusted: errors of single posteriors add up with n, and the
 * composed posterior leaves where they support it, narrow and sure of itself.
 *
 * K parameters are drawn from the composed posterior itself, n observations are simulated from each, and the posterior
 * is composed anew of the observations and these, 2 n in all. Where it is right, each parameter is one draw more of its
 * own: given the observations, theta ~ p(theta | x) and y ~ p(y | theta) make theta | y a draw of p(theta | x, y). Its
 * rank is tested for a shift and for the width. A composed mean that is off by b standard deviations shows as b /
 * sqrt(2) in each set, so that 50 sets tell .6. Data that the model does not make are told by the set as a whole: its
 * squared MMD from the simulated sets, beside theirs from each other.
 *
 * The cost is K + 1 draws from posteriors of up to 2 n observations, and K n simulations.
 * @param source an estimator, or a function (xObs) => posterior, as with a composition of one's own.
 * @param model the prior and the simulator that the posterior is of.
 * @param xObs observations [n, L], at least 2.
 * @throws InvalidInputError for arguments that do not fit, before work; what `simulate` throws; PosteriorError where a
 * posterior throws or gives NaN; InterruptedError on interrupt.
 * Source: Säilynoja, Schmitt, Bürkner and Vehtari (2025), "Posterior SBC: simulation-based calibration checking
 * conditional on data"; that the same shows what composing adds, and the test of the set, are ours.
 * @example
 * const found = await diagnostics.composition(estimator, task, xObs, { seed: 1, sets: 20, draws: 20 });
 * found.verdict;
 */
export async function composition(
  source: PosteriorSource,
  model: Model,
  xObs: Rows,
  options: CompositionOptions,
): Promise<CompositionFinding> {
  requireSource('composition: posterior', source);
  const { prior } = checkedModel('composition', model);
  const observed = rowsOf(xObs);
  const n = observed.length;
  demand('composition: xObs', n >= 2, 'at least two observations', n, 'One is no composition: see localC2st.');
  const { seed, sets = 50, draws = 100, level: asked, ...rest } = objectOf('composition: options', options, '{ seed }');
  requireNumber('composition: seed', seed, 'a finite number');
  requireCount('composition: sets', sets, 20);
  requireCount('composition: draws', draws, 10);
  const level = checkedLevel('composition', asked);
  const seedOf = (k: number): number =>
    rng(seed)
      .fork(k)
      .integer(0, 2 ** 31);
  const samplesOf = (rows: number[][], count: number, own: number, signal: AbortSignal): Promise<number[][]> =>
    drawn(source, rows, { count, dim: prior.dim, seed: own, signal });

  return longWork('Composing anew', sets + 1, rest, async (progress, signal) => {
    const truths = await samplesOf(observed, sets, seedOf(0), signal);
    const theta = truths.flatMap((row) => Array.from({ length: n }, () => row));
    const { workers } = rest;
    const simulations = await simulate(model, theta.length, {
      theta,
      seed: seedOf(1),
      workers,
      signal,
      progress: false,
    });
    const made = simulations.x.arraySync();
    simulations.dispose();
    const setOf = (k: number): number[][] => made.slice(k * n, (k + 1) * n);
    const samples: number[][][] = [];
    for (let k = 0; k < sets; k++) {
      samples.push(await samplesOf([...observed, ...setOf(k)], draws, seedOf(2 + k), signal));
      progress.update(k + 2);
      await breathe();
      if (signal.aborted) throw new InterruptedError(`composition: stopped after ${k + 1} of ${sets} sets.`);
    }
    const ties = rng(seed).fork(-1);
    const parameters = Array.from({ length: prior.dim }, (_, d) =>
      parameterOf(
        ranksOf(
          { count: sets, draws },
          (k) => truths[k][d],
          (k, i) => samples[k][i][d],
          ties,
        ).uniform,
      ),
    );
    const setPValue = strangenessOfSet(
      observed,
      Array.from({ length: sets }, (_, k) => setOf(k)),
      rng(seed).fork(-2),
    );
    return found(parameters, setPValue, { level, sets, n });
  });
}

function rowsOf(xObs: Rows): number[][] {
  const tensor = toTensor2D(xObs, 'composition: xObs');
  const rows = tensor.arraySync();
  tensor.dispose();
  return rows;
}

async function drawn(
  source: PosteriorSource,
  rows: number[][],
  { count, dim, seed, signal }: { count: number; dim: number; seed: number; signal: AbortSignal },
): Promise<number[][]> {
  const posterior = posteriorOf(source, rows);
  let sample: tf.Tensor2D | undefined;
  try {
    sample = await posterior.sample(count, { seed, signal, progress: false });
    const values = sample.arraySync();
    const isFitting =
      values.length === count && values.every((row) => row.length === dim && row.every(Number.isFinite));
    demand('its draws', isFitting, `${count} rows of ${dim} finite numbers`, 'others');
    return values;
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    const why = (error as Error).message;
    throw new PosteriorError(
      `composition: the posterior of ${rows.length} observations failed: ${why}`,
      0,
      undefined,
      error,
    );
  } finally {
    tf.dispose(sample ?? []);
    posterior.dispose();
  }
}

/** A posterior that is far too wide: its draws say only that it is. */
const leastNarrow = 0.01;

/** Shift and width by normal scores of the ranks; p-values by the ranks themselves. */
function parameterOf(uniform: Float64Array): ComposedParameter {
  const scores = Array.from(uniform, (u) => normalQuantile(u, 1 - u));
  const mean = scores.reduce((sum, z) => sum + z, 0) / scores.length;
  const variance = scores.reduce((sum, z) => sum + (z - mean) ** 2, 0) / (scores.length - 1);
  const { shift, spread } = shapeOf(uniform);
  return {
    // a truth below its draws: they lie too high. Twice the observations halve a shift and narrow the posterior
    shift: -Math.SQRT2 * mean,
    // of a width of c of the right one, the scores' variance is (1 + c^2) / (2 c^2)
    narrow: Math.sqrt(Math.max(leastNarrow, 2 * variance - 1)),
    pValues: { shift: chiSquaredTail(shift ** 2, 1), narrow: chiSquaredTail(spread ** 2, 1) },
    uniform,
  };
}

function found(
  parameters: readonly ComposedParameter[],
  setPValue: number,
  size: { level: number; sets: number; n: number },
): CompositionFinding {
  const pValue = combined([...parameters.flatMap(({ pValues }) => [pValues.shift, pValues.narrow]), setPValue]);
  const value = Math.max(...parameters.map(({ shift }) => Math.abs(shift)));
  return finding({
    name: 'Composition',
    value,
    pValue,
    level: size.level,
    passes: pValue > size.level,
    parameters,
    setPValue,
    verdict: verdictOf(parameters, setPValue, pValue, size),
    plot: (asked = {}) => compositionPlot(parameters, size, asked),
  });
}

function verdictOf(
  parameters: readonly ComposedParameter[],
  setPValue: number,
  pValue: number,
  { level, sets, n }: { level: number; sets: number; n: number },
): string {
  const p = `p = ${probability(pValue)}`;
  const over = `over ${sets} sets of ${n.toLocaleString('en-US')} observations simulated from it`;
  const told = (Math.SQRT2 * 3) / Math.sqrt(sets);
  if (pValue > level)
    return (
      `The composed posterior agrees with itself ${over} (${p}). ${meaningOf(pValue)} So many sets tell means that are ` +
      `off by ${told.toFixed(1)} standard deviations.`
    );
  const share = level / (2 * parameters.length + 1);
  const sentences: string[] = [];
  parameters.forEach(({ shift, narrow, pValues }, d) => {
    if (pValues.shift <= share)
      sentences.push(
        `parameter ${d} lies about ${Math.abs(shift).toFixed(1)} standard deviations too ${shift > 0 ? 'high' : 'low'}`,
      );
    if (pValues.narrow <= share)
      sentences.push(
        narrow > 1
          ? `parameter ${d} is about ${narrow.toFixed(1)} times too narrow`
          : `parameter ${d} is about ${(1 / narrow).toFixed(1)} times too wide`,
      );
  });
  if (setPValue <= share) sentences.push('the observations as a set are not such as the model makes');
  return (
    `The composed posterior has left what single posteriors support, ${over} (${p}): ${sentences.join('; ')}. ` +
    `${meaningOf(pValue)} Take fewer observations together, train on more simulations or near these parameters, or ` +
    'widen the posterior by what it is off.'
  );
}
