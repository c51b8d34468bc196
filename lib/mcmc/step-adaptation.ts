import * as tf from '@tensorflow/tfjs';

/** The search for the step under which a kernel's statistic has the mean `aim`. */
export interface StepRule {
  /** The mean that the statistic should have. */
  readonly aim: number;
  /** log step [K] of the next transition, after `state.rounds` of them. */
  next(state: StepState, error: tf.Tensor1D): tf.Tensor1D;
}

/** Where the search stands, for each of K temperatures. */
export type StepState = {
  /** log step [K] of the next transition. */
  readonly current: tf.Tensor1D;
  /** The weighted mean of log step [K] so far, which is used after warm-up. */
  readonly average: tf.Tensor1D;
  /** The running mean [K] of aim - statistic. */
  readonly error: tf.Tensor1D;
  /** log step [K] at the start. */
  readonly first: tf.Tensor1D;
  /** Transitions so far, a float. */
  readonly rounds: tf.Scalar;
};

/** t0, which damps the first rounds, and kappa, the exponent of forgetting. */
const [firstRounds, forgetting] = [10, 0.75];

/** The start of a search at log step [K]; the caller owns the tensors. */
export function startSearch(first: tf.Tensor1D): StepState {
  return {
    current: first.clone(),
    average: first.clone(),
    error: tf.zerosLike(first),
    first: first.clone(),
    rounds: tf.scalar(0),
  };
}

/**
 * The search after one more transition with the mean statistics [K].
 *
 * error_t = (1 - 1/(t + t0)) error_{t-1} + (aim - statistic) / (t + t0) and
 * average_t = t^-kappa current_t + (1 - t^-kappa) average_{t-1}.
 */
export function searchOn(rule: StepRule, state: StepState, statistic: tf.Tensor1D): StepState {
  const rounds = tf.add(state.rounds, 1) as tf.Scalar;
  const weight = tf.div(1, tf.add(rounds, firstRounds));
  const gap = tf.sub(rule.aim, statistic) as tf.Tensor1D;
  const error = tf.add(state.error, tf.mul(weight, tf.sub(gap, state.error))) as tf.Tensor1D;
  const current = rule.next({ ...state, error, rounds }, gap);
  const share = tf.pow(rounds, -forgetting);
  const average = tf.add(state.average, tf.mul(share, tf.sub(current, state.average))) as tf.Tensor1D;
  return { current, average, error, first: state.first, rounds };
}

/**
 * Dual averaging: log step_{t+1} = log(10 step_1) - sqrt(t) / gamma error_t, with gamma = .05, t0 = 10 and kappa = .75.
 *
 * Source: Hoffman and Gelman, "The No-U-Turn sampler", section 3.2.
 */
export function dualAveraging(aim: number): StepRule {
  return {
    aim,
    next: ({ first, error, rounds }) =>
      tf.sub(tf.add(first, Math.log(10)), tf.mul(tf.div(tf.sqrt(rounds), 0.05), error)) as tf.Tensor1D,
  };
}

/** Robbins and Monro's search: log step_{t+1} = log step_t - gain t^-.6 (aim - statistic). */
export function robbinsMonro(aim: number, gain = 3): StepRule {
  return {
    aim,
    next: ({ current, rounds }, gap) => tf.sub(current, tf.mul(tf.mul(gain, tf.pow(rounds, -0.6)), gap)) as tf.Tensor1D,
  };
}
