import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import { InterruptedError, NonFiniteError } from '../core/errors';
import { breathe, longWork, type LossPoint, type Progress } from '../core/host';
import { rng, type Rng } from '../core/rng';
import { randomKey } from '../graph/random';
import { initialWeights, type WeightSpec } from '../nn/network';
import { batches, someBatches, split, splitNumbers, splitOfParts } from './batches';
import { checkedSettings, type CheckedSettings, type FitOptions } from './fit-settings';
import type { Loss } from './loss';
import type { TrainingLength } from './training-length';
import { Pace } from './pace';
import { unpack } from './packed';
import { disposeState, trainingProgram, trainingStart } from './training-program';
import { validationLoss } from './validation';

/** What is to be fitted to what. */
export interface FitProblem {
  /** The weights to fit. */
  readonly weights: readonly WeightSpec[];
  /** The loss whose expectation over rows is minimised. */
  readonly loss: Loss;
  /** Tensors [N, ...] of equal N; kept by the caller. */
  readonly rows: tf.Tensor2D[];
  /**
   * Rows [M, ...] to train on besides, never to validate on; an epoch has as many steps as without. Kept by the caller.
   */
  readonly added?: tf.Tensor2D[];
  /** Weights to start from, such as those of a round before; kept by the caller. Default: drawn from the seed. */
  readonly first?: readonly tf.Tensor[];
  /**
   * Sizes of the parts that the rows came in, one after the other and each in random order. What was held out of one
   * stays held out as others are added, so that weights that go on are never judged by rows that they have learned.
   * Default: a random split.
   */
  readonly partSizes?: readonly number[];
  /** What progress calls it. Default `Training`. */
  readonly label?: string;
  /** How long training lasts where the options do not say. */
  readonly length?: TrainingLength;
}

/** Fitted weights and how they came about. */
export interface Fit {
  /** The weights of the best validation loss; the caller disposes them. */
  readonly weights: tf.Tensor[];
  readonly history: readonly LossPoint[];
  readonly bestEpoch: number;
  readonly validationLoss: number;
  /** Why training ended. */
  readonly ended: 'converged' | 'epoch limit' | 'interrupted' | 'not finite';
  readonly steps: number;
  readonly seconds: number;
  /** Where training was stopped before its end, by what: the weights are the best so far. */
  readonly stopped?: InterruptedError | NonFiniteError;
}

/**
 * Minimises the expected loss over rows by Adam with early stopping, in a compiled loop of many steps per call.
 *
 * It always gives back weights: where it was interrupted, or the loss left the finite numbers, those of the best
 * validation so far, with the error as `stopped`, for the caller to throw once it has made of them what users know.
 * @returns the best weights; the caller disposes them.
 * @throws InvalidInputError for an invalid option, first weights of other shapes, or fewer than 3 rows, before any
 * work.
 */
export async function fit(problem: FitProblem, options: FitOptions): Promise<Fit> {
  const { weights: specs, loss, rows, added, first, partSizes, label = 'Training', length } = problem;
  const settings = checkedSettings(options, rows[0].shape[0], length);
  checkFirst(specs, first);
  const source = rng(settings.seed);
  const numbers = partSizes
    ? splitOfParts(partSizes, settings.validationFraction)
    : splitNumbers(rows[0].shape[0], settings.validationRows, source.fork(0));
  const parts = split(rows, numbers);
  const training = added ? parts.training.map((each, i) => tf.concat([each, added[i]])) : parts.training;
  if (added) tf.dispose(parts.training);
  const key = randomKey(source.fork(1).uniform());
  const validationKey = randomKey(source.fork(2).uniform());
  const shapes = specs.map(({ shape }) => shape);
  const advance = trainingProgram(loss, settings, settings.maxEpochs * settings.stepsPerEpoch, shapes);
  const validate = validationLoss(loss);
  const start = first ? first.map((w) => w.clone()) : initialWeights(specs, source.fork(3));
  const course = new Course(start, settings);
  let state = trainingStart(start);
  let order: tf.Tensor2D | undefined;
  try {
    course.look(0, start, validate(start, parts.validation, validationKey));
    return await longWork(label, settings.maxEpochs, options, async (progress, signal) => {
      const pace = new Pace();
      for (let epoch = 0; epoch < settings.maxEpochs; epoch += settings.epochsPerBlock) {
        order = blockOrder(training[0].shape[0], settings, added !== undefined, source.fork(1000 + epoch));
        // the last block may end before its batches do: another shape would be compiled anew
        const reached = Math.min(settings.maxEpochs, epoch + settings.epochsPerBlock);
        const blockSteps = (reached - epoch) * settings.stepsPerEpoch;
        let blockLoss = 0;
        for (let done = 0; done < blockSteps;) {
          const count = Math.min(pace.steps, blockSteps - done);
          const started = performance.now();
          const block = order;
          const next = tf.tidy(() => {
            const [from, steps, before] = [done, count, course.steps].map((value) => tf.scalar(value, 'int32'));
            return advance(state, training, block, from, steps, before, key);
          });
          disposeState(state);
          state = next;
          blockLoss += course.step(state.loss.dataSync()[0], count);
          done += count;
          await breathe();
          if (signal.aborted) throw course.interrupted(epoch);
          pace.adapt(count, done, performance.now() - started);
        }
        order.dispose();
        const candidate = tf.tidy(() => unpack(settings.ema > 0 ? state.average : state.weights, shapes));
        try {
          course.look(reached, candidate, validate(candidate, parts.validation, validationKey), blockLoss / blockSteps);
        } finally {
          tf.dispose(candidate);
        }
        if (course.tell(reached, progress)) return course.fit('converged');
      }
      progress.end(`stopped at the limit of ${settings.maxEpochs} epochs, ${course.best}`);
      return course.fit('epoch limit');
    });
  } catch (error) {
    if (error instanceof InterruptedError) return course.fit('interrupted', error);
    if (error instanceof NonFiniteError) return course.fit('not finite', error);
    course.dispose();
    throw error;
  } finally {
    order?.dispose();
    disposeState(state);
    tf.dispose([start, training, parts.validation, key, validationKey]);
    advance.dispose();
    validate.dispose();
  }
}

/** The numbers of the rows that a fit of as many rows holds out for validation. */
export function heldOutRows(rows: number, options: FitOptions, length?: TrainingLength): Int32Array {
  const { seed, validationRows } = checkedSettings(options, rows, length);
  return splitNumbers(rows, validationRows, rng(seed).fork(0)).validation;
}

function blockOrder(
  rows: number,
  { batchSize, epochsPerBlock, stepsPerEpoch, trainingRows }: CheckedSettings,
  hasAdded: boolean,
  source: Rng,
): tf.Tensor2D {
  return hasAdded
    ? someBatches(rows, batchSize, epochsPerBlock * stepsPerEpoch, source)
    : batches(trainingRows, batchSize, epochsPerBlock, source);
}

function checkFirst(specs: readonly WeightSpec[], first?: readonly tf.Tensor[]): void {
  if (!first) return;
  const shapes = (all: readonly { shape: number[] }[]): string => all.map(({ shape }) => `[${shape}]`).join(' ');
  const expected = `weights of the shapes ${shapes(specs)}`;
  demand('training: first weights', shapes(first) === shapes(specs), expected, shapes(first));
}

/** The best weights so far, and the losses on the way. */
class Course {
  steps = 0;
  private weights: tf.Tensor[];
  // a network that starts as the correction zero may not be improved by training
  private bestLoss = NaN;
  private bestEpoch = 0;
  private readonly history: LossPoint[] = [];
  private readonly began = performance.now();

  constructor(
    first: readonly tf.Tensor[],
    private readonly settings: CheckedSettings,
  ) {
    this.weights = first.map((w) => w.clone());
  }

  /** Counts steps whose losses add up to `sum`, and returns it. */
  step(sum: number, count: number): number {
    this.steps += count;
    return this.finite(sum, `between steps ${this.steps - count} and ${this.steps}`);
  }

  /** Takes the validation loss of weights after an epoch, and the weights where they are better. */
  look(epoch: number, candidate: readonly tf.Tensor[], value: number, training?: number): void {
    const where =
      epoch === 0 ? 'at the first validation, before the first step' : `at the validation after step ${this.steps}`;
    const validation = this.finite(value, where);
    this.history.push({ epoch, ...(training !== undefined && { training }), validation });
    if (epoch > 0 && !(validation < this.bestLoss)) return;
    if (epoch > 0) {
      tf.dispose(this.weights);
      this.weights = candidate.map((w) => w.clone());
    }
    this.bestLoss = validation;
    this.bestEpoch = epoch;
  }

  /** Shows where training is; true where it has converged. */
  tell(epoch: number, progress: Progress): boolean {
    progress.update(epoch, `validation loss ${this.bestLoss.toPrecision(4)} at epoch ${this.bestEpoch}`);
    progress.curve(this.history);
    const { patience, patienceOnRise } = this.settings;
    if (epoch - this.bestEpoch < (this.hasRisen() ? patienceOnRise : patience)) return false;
    // what was not needed is no longer to come
    progress.resize(epoch);
    progress.end(`converged after ${epoch} epochs, ${this.best}`);
    return true;
  }

  /** Whether the last validation loss lies above the best by a tenth of what that had fallen. */
  private hasRisen(): boolean {
    const [first, last] = [this.history[0], this.history[this.history.length - 1]].map(({ validation }) => validation!);
    return last - this.bestLoss > 0.1 * (first - this.bestLoss);
  }

  get best(): string {
    return `best validation loss ${this.bestLoss.toPrecision(4)} at epoch ${this.bestEpoch}`;
  }

  interrupted(epoch: number): InterruptedError {
    return new InterruptedError(
      `Training was interrupted at epoch ${epoch} of at most ${this.settings.maxEpochs}; ` +
        "the error's `partial` has the best weights so far.",
    );
  }

  fit(ended: Fit['ended'], stopped?: Fit['stopped']): Fit {
    return {
      weights: this.weights,
      history: this.history,
      bestEpoch: this.bestEpoch,
      validationLoss: this.bestLoss,
      ended,
      steps: this.steps,
      seconds: (performance.now() - this.began) / 1000,
      ...(stopped && { stopped }),
    };
  }

  dispose(): void {
    tf.dispose(this.weights);
  }

  private finite(value: number, where: string): number {
    if (Number.isFinite(value)) return value;
    throw new NonFiniteError(
      `Training left the finite numbers ${where}. Lower the learning rate (now ${this.settings.learningRate}) or ` +
        "look for extreme values in the simulations; the error's `partial` has the best weights so far.",
    );
  }
}
