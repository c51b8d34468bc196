import { demand, objectOf, requireCount, requireNumber, requireOneOf, requirePositive } from '../../core/checks';
import { InterruptedError, NonFiniteError } from '../../core/errors';
import { longWork, type LongWorkOptions } from '../../core/host';
import { rng, type Rng } from '../../core/rng';
import { toTensor2D, type Rows } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import { effectiveSize, normalisedWeights, weightedQuantile } from '../../maths/weighted-moments';
import { checkedModel, type Model } from '../../simulation/model';
import type { SimulateOptions } from '../../simulation/simulate';
import { abcPosterior, checkSettings, defaultSettings, oneObservation } from './abc-posterior';
import type { AbcPosterior, AbcSettings } from './abc-posterior';
import { callBudget, type CallBudget, type Simulated } from './call-budget';
import { dataDistance, type DataDistance, type Distance } from './distance';
import { fewestToRegress } from './local-regression';
import { equalPopulation, joinedPopulations, within, type Particle, type Population } from './particles';
import { perturbation } from './perturbation';

/** Options of `abc.smc`. */
export interface SmcOptions extends AbcSettings, LongWorkOptions {
  /** Simulator calls: all are made, and no more. */
  calls: number;
  /** Seed of everything random in it. */
  seed: number;
  /** The fewest particles of a population. Default: a hundredth of the calls, and at least 100. */
  particles?: number;
  /** The tolerance of a population is this quantile of the distances of the one before. Default 0.5. */
  quantile?: number;
  /** The variance of the normal kernel that perturbs particles, in units of a population's covariance. Default 2. */
  kernelScale?: number;
  /**
   * What to do with calls that fail, or give NaN or infinite data: `refuse` (default) ends the work, with `drop` they
   * count as too far from the observation.
   */
  invalid?: SimulateOptions['invalid'];
  /** Worker threads of the simulator, as `simulate` has them. */
  workers?: SimulateOptions['workers'];
}

/** One population of `abc.smc`. */
export interface PopulationCourse {
  /** The largest distance that it allows. */
  readonly tolerance: number;
  /** The number of its particles. */
  readonly particles: number;
  /** 1 / sum of the squared weights. */
  readonly effectiveSampleSize: number;
  /** Simulator calls up to its end. */
  readonly calls: number;
}

/** The posterior of the last population, with the course of all. */
export interface SmcPosterior extends AbcPosterior {
  /** The populations, first to last. */
  readonly populations: readonly PopulationCourse[];
}

/** Draws of the prior of which the nearest become the first population, in sizes of a population. */
const firstFactor = 5;
/** The effective sample size that a population must have before the next, in sizes of a population. */
const leastEffective = 0.5;

/** Sequential Monte Carlo ABC; see `abc.smc`. */
export async function smc(model: Model, xObs: Rows, options: SmcOptions): Promise<SmcPosterior> {
  const { prior } = checkedModel('abc.smc', model);
  const given = toTensor2D(xObs, 'xObs');
  const observed = Float32Array.from(oneObservation('abc.smc', given));
  given.dispose();
  const { calls, seed, particles, quantile, kernelScale, fewest, work, invalid, workers, settings } = checked(options, {
    theta: prior.dim,
    x: observed.length,
  });
  return longWork('SMC-ABC', calls, work, async (display, signal) => {
    const source = rng(seed);
    const budget = callBudget(model, calls, source.fork(0), { workers, invalid, signal });
    const populations: PopulationCourse[] = [];
    let last: Population | undefined;
    const reached = (population: Population): Population => {
      populations.push(courseOf(population, calls - budget.left));
      return (last = population);
    };
    const posterior = (): SmcPosterior =>
      Object.assign(abcPosterior(prior, last!, settings), { populations: [...populations] });
    const tell = (tolerance: number): void => {
      const note = `population ${populations.length + 1}, tolerance ${Number(tolerance.toPrecision(3))}`;
      display.update(calls - budget.left, note);
    };
    try {
      const first = await firstPopulation(budget, { particles, fewest, observed, distance: settings.distance });
      const { data } = first;
      let population = reached(first.population);
      while (budget.left > 0) {
        const step = {
          prior,
          budget,
          data,
          particles,
          quantile,
          kernelScale,
          fewest,
          source: source.fork(populations.length),
          tell,
        };
        population = reached(await nextPopulation(population, step));
      }
      const { invalid: lost } = budget;
      if (lost > 0) console.warn(`abc.smc: ${lost} of ${calls} calls failed or gave no finite data: these are far.`);
      return posterior();
    } catch (error) {
      if (!(error instanceof InterruptedError)) throw error;
      const done = `abc.smc: stopped after ${calls - budget.left} of ${calls} calls`;
      if (!last) throw new InterruptedError(`${done}, before the end of the first population.`);
      throw new InterruptedError(`${done}; error.partial is the posterior of the last whole population.`, posterior());
    }
  });
}

/** The nearest of draws of the prior, and the distance on their scales. */
async function firstPopulation(
  budget: CallBudget,
  plan: { particles: number; fewest: number; observed: Float32Array; distance: Distance },
): Promise<{ population: Population; data: DataDistance }> {
  const { particles, fewest, observed, distance } = plan;
  const wanted = firstFactor * particles;
  // one by itself, so that an observation of another width costs a single call
  const drawn = await budget.spend(1);
  requireWidth(drawn, observed);
  drawn.push(...(await budget.spend(wanted - 1)));
  if (drawn.length < fewest)
    throw new NonFiniteError(
      `abc.smc: ${drawn.length} of ${drawn.length + budget.invalid} draws of the prior gave finite data, and a ` +
        `population needs ${fewest}. Look into the simulator, or allow more particles.`,
    );
  requireWidth(drawn, observed);
  const rows = drawn.map(({ x }) => x);
  const data = dataDistance(rows, observed, distance);
  const near = drawn.map((each) => particleOf(each, data)).sort((a, b) => a.distance - b.distance);
  return { population: equalPopulation(near.slice(0, particles)), data };
}

function requireWidth([first]: readonly Simulated[], { length }: Float32Array): void {
  if (first) demand('abc.smc: xObs', first.x.length === length, `${first.x.length} values, as simulated`, length);
}

/** What a population is made with. */
interface Step {
  readonly prior: Prior;
  readonly budget: CallBudget;
  readonly data: DataDistance;
  readonly particles: number;
  readonly quantile: number;
  readonly kernelScale: number;
  readonly fewest: number;
  readonly source: Rng;
  readonly tell: (tolerance: number) => void;
}

/**
 * The population within the next tolerance. Where the budget ends before it is whole, those of the population before
 * that are within the tolerance complete it: with their weights they are a sample of the same law.
 */
async function nextPopulation(before: Population, step: Step): Promise<Population> {
  const { prior, budget, data, particles, source, tell } = step;
  const distances = Float64Array.from(before.particles, ({ distance }) => distance);
  const tolerance = weightedQuantile(distances, before.weights, step.quantile);
  const { propose, logWeights } = perturbation(prior, before, step.kernelScale);
  const accepted: Particle[] = [];
  const logs: number[] = [];
  const drawn = (): Population => ({ particles: accepted, weights: normalisedWeights(logs), tolerance });
  const isWhole = (): boolean =>
    accepted.length >= particles && effectiveSize(drawn().weights) >= leastEffective * particles;
  while (budget.left > 0 && !isWhole()) {
    tell(tolerance);
    const near = (await budget.spend(particles, propose(particles, source)))
      .map((each) => particleOf(each, data))
      .filter(({ distance }) => distance <= tolerance);
    accepted.push(...near);
    logs.push(...logWeights(near.map(({ z }) => z)));
  }
  if (isWhole()) return drawn();
  const survivors = within(before, tolerance)!;
  const joined = accepted.length > 0 ? joinedPopulations(drawn(), survivors) : survivors;
  return joined.particles.length >= step.fewest ? joined : before;
}

function particleOf({ z, x }: { z: Float64Array; x: ArrayLike<number> }, data: DataDistance): Particle {
  const difference = data.difference(x);
  return { z, difference, distance: data.of(difference) };
}

function courseOf({ particles, weights, tolerance }: Population, calls: number): PopulationCourse {
  return { tolerance, particles: particles.length, effectiveSampleSize: effectiveSize(weights), calls };
}

function checked(options: SmcOptions, dims: { theta: number; x: number }) {
  const {
    calls,
    seed,
    particles,
    quantile = 0.5,
    kernelScale = 2,
    invalid = 'refuse',
    workers,
    signal,
    progress,
    ...chosen
  } = objectOf('abc.smc: options', options, '{ calls, seed }');
  const settings = { ...defaultSettings, ...chosen };
  checkSettings('abc.smc', settings);
  requireNumber('abc.smc: seed', seed, 'a finite number');
  requireNumber('abc.smc: quantile', quantile, 'a share between 0 and 1', (share) => share > 0 && share < 1);
  requirePositive('abc.smc: kernelScale', kernelScale);
  requireOneOf('abc.smc: invalid', invalid, ['refuse', 'drop']);
  requireCount('abc.smc: calls', calls);
  const size = particles ?? Math.max(100, Math.round(calls / 100));
  const fewest = Math.max(dims.theta + 2, settings.regression === 'linear' ? fewestToRegress(dims.x) : 0);
  const reason = `${dims.theta} parameter(s) and the settings need as many in a population.`;
  requireCount('abc.smc: particles', size, fewest, reason);
  demand('abc.smc: calls', calls >= size, `at least ${size}, the particles of a population`, calls);
  const work: LongWorkOptions = { signal, progress };
  return { calls, seed, particles: size, quantile, kernelScale, fewest, invalid, workers, settings, work };
}
