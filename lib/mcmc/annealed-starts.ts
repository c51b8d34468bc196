import * as tf from '@tensorflow/tfjs';
import { requireCount } from '../core/checks';
import { NonFiniteError } from '../core/errors';
import { longWork, type PartOptions } from '../core/host';
import { rng } from '../core/rng';
import { inShortCalls } from '../core/short-calls';
import { unconstrained } from '../distributions/unconstrained';
import type { LogDensity } from '../distributions/log-density';
import { priorSamples } from '../distributions/prior-samples';
import { compile } from '../graph/compile';
import { foldKey, randomKey, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import { chainGraphs, owned, roundsOf, type ChainGraphs, type WarmState } from './chain-graphs';
import { differentialEvolution } from './differential-evolution';
import type { Point } from './kernel';
import { automaticScore, factoredDensity, type FactoredDensity } from './factored-density';
import { noPositions, spreadOf, withPositions } from './spread';
import { startSearch } from './step-adaptation';
import { systematicResampling } from './systematic-resampling';
import { nextPower } from './tempering-schedule';

/** Options of {@link AnnealedStarts.run}. */
export interface AnnealingOptions extends PartOptions {
  /** Positions that are wanted, C. */
  readonly chains: number;
  readonly seed: number;
}

/** Positions that follow a density, and how they were found. */
export interface AnnealedStart {
  /** The positions [C, D]; the caller disposes them. */
  readonly theta: tf.Tensor2D;
  /** The powers of the factor, rising to 1. */
  readonly powers: readonly number[];
}

/** An annealing, compiled once for all contexts of one form. */
export interface AnnealedStarts<C extends Tensors> {
  /**
   * Positions that follow the density of `context`, whose tensors stay the caller's.
   * @throws NonFiniteError where the factor is finite at no draw of the prior; InterruptedError on interrupt.
   */
  run(context: C, options: AnnealingOptions): Promise<AnnealedStart>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** The fewest particles: their number is what the shares of modes are right to. */
const fewestParticles = 2000;
/** The share of particles that one step of the power may cost, as effective sample size. */
const keptShare = 0.5;
/** Transitions at each power, besides one for each dimension. */
const transitions = 5;

/**
 * Starts of Markov chains by annealed importance sampling with resampling (sequential Monte Carlo): particles are drawn
 * from the prior and led through p(theta) L(theta)^power for powers that rise from 0 to 1.
 *
 * Each step of the power is as large as leaves half of the effective sample size; then the particles are resampled, and
 * moved by a few transitions of {@link differentialEvolution}, all at once. So narrow posteriors are found, and modes
 * have about their share of the positions each, also where no chain would go from one to another: of 2,000 particles
 * or more, a mode of mass m has m +- a few sqrt(m (1 - m) / particles). A mode that is so narrow that no particle
 * meets it is missed.
 * Source: Del Moral, Doucet and Jasra (2006), "Sequential Monte Carlo samplers"; Neal (2001), "Annealed importance
 * sampling", for the powers.
 */
export function annealedStarts<C extends Tensors>(family: FactoredDensity<C>): AnnealedStarts<C> {
  const { prior } = family;
  const graphs = chainGraphs(poweredFamily(family), differentialEvolution());
  const map = unconstrained(prior);
  const factorAt = compile((context: C, z: tf.Tensor2D): tf.Tensor1D =>
    tf.reshape(family.logFactor(map.toConstrained(z), context), [z.shape[0]]),
  );
  return {
    run: async (context, options) => {
      const { chains, seed } = options;
      requireCount('annealedStarts: chains', chains);
      const count = Math.max(chains, fewestParticles, 4 * prior.dim + 4);
      const source = rng(seed);
      const key = randomKey(source.fork(-1).uniform());
      let z = tf.tidy(() => map.toUnconstrained(priorSamples(prior, count, seed)));
      const powers = [0];
      try {
        return await longWork('Annealing', 1, options, async (progress, signal) => {
          for (let step = 0; powers[step] < 1; step++) {
            const values = tf.tidy(() => factorAt(context, z).dataSync<'float32'>());
            requireSomeFinite(values);
            const { power, weights } = nextPower(values, powers[step], keptShare);
            powers.push(power);
            const rows = systematicResampling(weights, count, source.fork(step).uniform());
            const moved = await movedParticles(graphs, { context, power, z, rows, key: foldKey(key, step) }, signal);
            z.dispose();
            z = moved;
            progress.update(power, `power ${power.toPrecision(2)}`);
          }
          // every so many of them, since copies of one particle stand side by side
          const chosen = Int32Array.from({ length: chains }, (_, c) => Math.floor((c * count) / chains));
          return { theta: tf.tidy(() => map.toConstrained(tf.gather(z, tf.tensor1d(chosen, 'int32')))), powers };
        });
      } finally {
        tf.dispose([z, key]);
      }
    },
    dispose: () => {
      graphs.dispose();
      factorAt.dispose();
    },
  };
}

/** The context of a family whose factor has a power. */
type Powered<C extends Tensors> = { readonly power: tf.Scalar; readonly context: C };

/** p(theta) L(theta)^power. */
function poweredFamily<C extends Tensors>(family: FactoredDensity<C>): LogDensity<Powered<C>> {
  const { logFactor, factorScore = automaticScore(family) } = family;
  return factoredDensity<Powered<C>>({
    prior: family.prior,
    logFactor: (theta, { power, context }) => tf.mul(power, logFactor(theta, context)),
    factorScore: (theta, { power, context }) => tf.mul(power, factorScore(theta, context)),
  });
}

/** Particles after resampling and a few transitions at a power; disposes of the key. */
async function movedParticles<C extends Tensors>(
  graphs: ChainGraphs<Point, Powered<C>>,
  from: { context: C; power: number; z: tf.Tensor2D; rows: Int32Array; key: Key },
  signal: AbortSignal,
): Promise<tf.Tensor2D> {
  const { z, rows, key } = from;
  const dim = z.shape[1];
  const power = tf.scalar(from.power);
  const moves = graphs.given({ power, context: from.context });
  const { spread, ...first } = owned(() => {
    const theta = tf.gather(z, tf.tensor1d(rows, 'int32'));
    const point = moves.at(theta);
    const none = noPositions(1, dim);
    const spread = spreadOf(withPositions(none, theta), tf.zeros([1, dim]));
    return { point, search: startSearch(moves.firstStep(point, spread, key)), positions: none, spread };
  });
  let state: WarmState<Point> = first;
  try {
    await inShortCalls(
      transitions + dim,
      (start, count) => {
        const next = owned(() => moves.warm(state, spread, roundsOf(key, start, count)));
        tf.dispose(state as tf.TensorContainer);
        state = next;
      },
      { signal, interrupted: () => `Annealing was interrupted at power ${from.power.toPrecision(2)} of 1.` },
    );
    return state.point.theta.clone();
  } finally {
    tf.dispose([state as tf.TensorContainer, spread, power, key]);
  }
}

function requireSomeFinite(values: Float32Array): void {
  if (values.some((value) => Number.isFinite(value))) return;
  throw new NonFiniteError(
    `The likelihood or ratio is NaN or infinite at each of ${values.length} draws of the prior: it was not learned ` +
      'there, or the observations cannot come from any of them. Check the observations and the prior.',
  );
}
