import * as tf from '@tensorflow/tfjs';
import { NonFiniteError } from '../core/errors';
import type { ComposedScore } from '../compose/composed-score';
import { compile, type Compiled } from '../graph/compile';
import { whileLoop } from '../graph/loop';
import type { Key } from '../graph/random';
import { flatten, unflatten, type Tensors } from '../graph/tensors';
import { roundOf, type Descent, type DescentState } from './descent';

/** The largest float32. */
const largestFloat = 3.4028234e38;
/** The overshoot above which deviations grow from level to level, since |1 - x| > 1. */
const mostOvershoot = 2;

/** Whether all particles [B, D] are finite and within `bound` of zero, a bool scalar. */
export function staysWithin(theta: tf.Tensor2D, bound = largestFloat): tf.Scalar {
  // NaN compares as false
  return tf.all(tf.lessEqual(tf.abs(theta), bound)) as tf.Scalar;
}

/** What to say of a draw for n observations whose largest overshoot was `x`; undefined where the steps were stable. */
export function overshootWarning(name: string, x: number, n: number): string | undefined {
  if (!(x > mostOvershoot)) return undefined;
  return (
    `Sampling with ${name} was unstable: at some level it took deviations from the mean times ` +
    `${(1 - x).toFixed(2)}, so that they grew, and the samples may be far too wide. That comes ` +
    `with informative observations (here ${n} of them) and few levels: ` +
    'use predictorCorrector(), or more levels.'
  );
}

/** Finds where particles diverged, by repeating the rounds of a call from the state before it. */
export interface DivergenceSearch<C extends Tensors> {
  /** The error that names the level, the step of it where there are several, and the particle. */
  error(before: DescentState, context: C, key: Key, rounds: { from: number; count: number }): NonFiniteError;
  /** Frees the compiled graph. */
  dispose(): void;
}

/** The search along a descent; it is compiled at its first use. */
export function divergenceSearch<C extends Tensors>(
  descent: Descent,
  bind: (context: C) => ComposedScore,
): DivergenceSearch<C> {
  const { name, rounds, parts, bound } = descent;
  const repeat: Compiled<
    [DescentState, C, Key, tf.Scalar, tf.Scalar],
    { done: tf.Scalar; part: tf.Scalar; theta: tf.Tensor2D }
  > = compile((first, context, key, from, count) => {
    const target = bind(context);
    const round = (state: DescentState, i: tf.Scalar): DescentState =>
      roundOf(descent, target, state, tf.add(from, i) as tf.Scalar, key);
    const isFine = ({ theta }: DescentState): tf.Scalar => staysWithin(theta, bound);
    const { done, before } = survived(first, count, round, isFine);
    if (!parts) return { done, part: tf.scalar(0, 'int32'), theta: round(before, done).theta };
    const k = tf.add(from, done) as tf.Scalar;
    const step = (theta: tf.Tensor2D, s: tf.Scalar): tf.Tensor2D => parts.step(target, theta, k, key, s);
    const within = survived(before.theta, tf.scalar(parts.count, 'int32'), step, (theta) => staysWithin(theta, bound));
    return { done, part: within.done, theta: step(within.before, within.done) };
  });
  return {
    error: (before, context, key, { from, count }) => {
      const found = tf.tidy(() => {
        const { done, part, theta } = repeat(before, context, key, tf.scalar(from, 'int32'), tf.scalar(count, 'int32'));
        return { done: done.dataSync()[0], part: part.dataSync()[0], rows: theta.arraySync() };
      });
      const particle = found.rows.findIndex((row) =>
        row.some((value) => !(Math.abs(value) <= (bound ?? largestFloat))),
      );
      const first = rounds - from;
      // the repetition may round otherwise than the call, and so just stay within the bound
      const where =
        found.done < count
          ? `at level ${first - found.done} of ${rounds + 1}`
          : `between levels ${first} and ${first - count + 1} of ${rounds + 1}`;
      const inPart = parts && found.part < parts.count ? `, ${parts.name} ${found.part + 1} of ${parts.count}` : '';
      const what = particle < 0 ? '' : `: particle ${particle} came to [${found.rows[particle].map(brief).join(', ')}]`;
      return new NonFiniteError(
        `Sampling with ${name} diverged ${where}${inPart}${what}. predictorCorrector(), whose steps follow the ` +
          'width of the density, may hold; so may smaller Langevin steps, more levels, or a score that was ' +
          'trained longer.',
      );
    },
    dispose: () => repeat.dispose(),
  };
}

/** How many rounds the first one survives, at most `count`, and what it is before the one that it does not. */
function survived<S extends Tensors>(
  first: S,
  count: tf.Scalar,
  round: (state: S, i: tf.Scalar) => S,
  isFine: (state: S) => tf.Scalar,
): { done: tf.Scalar; before: S } {
  const { done, before } = whileLoop(
    ({ done, fine }) => tf.logicalAnd(fine, tf.less(done, count)),
    ({ done, before }) => {
      const next = round(before, done);
      const fine = isFine(next);
      const leaves = flatten(before, 'state');
      const kept = flatten(next, 'state').map((tensor, i) => tf.where(fine, tensor, leaves[i]));
      return { done: tf.add(done, tf.cast(fine, 'int32')) as tf.Scalar, before: unflatten(before, kept), fine };
    },
    { done: tf.scalar(0, 'int32') as tf.Scalar, before: first, fine: tf.cast(tf.scalar(1), 'bool') as tf.Scalar },
  );
  return { done, before };
}

function brief(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(3) : String(value);
}
