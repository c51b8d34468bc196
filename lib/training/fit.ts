import * as tf from '@tensorflow/tfjs';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions, type LossPoint } from '../core/host';
import { rng } from '../core/rng';
import { compile } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, randomKey, type Key } from '../graph/random';
import { initialWeights, type WeightSpec } from '../nn/network';
import { adamStart, adamStep, type AdamState } from './adam';
import { batches, someBatches, split } from './batches';
import type { Loss } from './loss';
import { validationLoss } from './validation';

/** How weights are fitted. */
export interface FitOptions extends LongWorkOptions {
  /** Seed of the first weights, the split into training and validation rows, the order of the batches and the noise. */
  seed: number;
  /** What progress calls it. Default `Training`. */
  label?: string;
  /** Rows in a batch, at most the number of training rows. Default 256. */
  batchSize?: number;
  /** Adam's learning rate. Default 1e-3. */
  learningRate?: number;
  /** Lower the rate along a half cosine to zero at `maxEpochs`. Default false. */
  cosineDecay?: boolean;
  /** Epochs at most. Default 20,000. */
  maxEpochs?: number;
  /** Epochs without a better validation loss until training stops. Default 200. */
  patience?: number;
  /** Epochs from one validation to the next. Default: as few as have 64 steps. */
  epochsPerValidation?: number;
  /** Share of the rows held out for validation. Default 0.2. */
  validationFraction?: number;
  /** Decay of the running average of the weights, which is what is validated and kept; 0 keeps the weights themselves. Default 0. */
  ema?: number;
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
}

/** Steps between two looks at the validation loss, in whole epochs, where nothing else was asked for. */
const stepsPerBlock = 64;
/** Longest time that a graph call should keep the event loop waiting. */
const callMilliseconds = 120;

/**
 * Minimises the expected loss over rows by Adam with early stopping, in a compiled loop of many steps per call.
 * @param specs the weights to fit.
 * @param rows tensors [N, ...] of equal N; kept by the caller.
 * @param added tensors [M, ...] of rows to train on besides, never to validate on; kept by the caller. An epoch has as many steps as without.
 * @returns the best weights; the caller disposes them.
 * @throws InvalidInputError for an option that is none, or fewer than 3 rows, before any work.
 * @throws InterruptedError with the best {@link Fit} so far as `partial` on interrupt, NonFiniteError likewise when the loss, of training or of
 * validation, is NaN or infinite; the caller disposes the partial's weights.
 */
export async function fit(
  specs: readonly WeightSpec[],
  loss: Loss,
  rows: tf.Tensor2D[],
  options: FitOptions,
  added?: tf.Tensor2D[],
): Promise<Fit> {
  const settings = checked(options, rows[0].shape[0]);
  const source = rng(settings.seed);
  const parts = split(rows, settings.validationRows, source.fork(0));
  const training = added ? parts.training.map((each, i) => tf.concat([each, added[i]])) : parts.training;
  if (added) tf.dispose(parts.training);
  const perEpoch = Math.floor(settings.trainingRows / settings.batchSize);
  const epochsPerBlock = settings.epochsPerValidation ?? Math.max(1, Math.ceil(stepsPerBlock / perEpoch));
  const totalSteps = settings.maxEpochs * perEpoch;
  const advance = trainingProgram(loss, settings, totalSteps);
  const validate = validationLoss(loss);
  const key = randomKey(source.fork(1).uniform());
  const validationKey = randomKey(source.fork(2).uniform());
  const first = initialWeights(specs, source.fork(3));
  let state: TrainingState = {
    weights: first,
    adam: adamStart(first),
    average: first.map((w) => w.clone()),
    loss: tf.scalar(0),
  };
  let best: tf.Tensor[] = first.map((w) => w.clone());
  // a network that starts as the correction zero may not be improved by training
  let bestLoss = NaN;
  let bestEpoch = 0;
  let steps = 0;
  const history: LossPoint[] = [];
  const began = performance.now();
  const result = (ended: Fit['ended']): Fit => ({
    weights: best,
    history,
    bestEpoch,
    validationLoss: bestLoss,
    ended,
    steps,
    seconds: (performance.now() - began) / 1000,
  });
  const finite = (value: number, where: string): number => {
    if (Number.isFinite(value)) return value;
    throw new NonFiniteError(
      `Training left the finite numbers ${where}. Lower the learning rate (now ${settings.learningRate}) or look for extreme values in the simulations; the error's \`partial\` has the best weights so far.`,
      result('not finite'),
    );
  };

  let order: tf.Tensor2D | undefined;
  try {
    bestLoss = finite(
      validate(first, parts.validation, validationKey),
      'at the first validation, before the first step',
    );
    history.push({ epoch: 0, validation: bestLoss });
    return await longWork(settings.label, settings.maxEpochs, settings, async (progress, signal) => {
      let callSteps = 4;
      for (let epoch = 0; epoch < settings.maxEpochs; epoch += epochsPerBlock) {
        const blockSource = source.fork(1000 + epoch);
        const block = (order = added
          ? someBatches(training[0].shape[0], settings.batchSize, epochsPerBlock * perEpoch, blockSource)
          : batches(settings.trainingRows, settings.batchSize, epochsPerBlock, blockSource));
        // the last block may end before its batches do: another shape would be compiled anew
        const reached = Math.min(settings.maxEpochs, epoch + epochsPerBlock);
        const blockSteps = (reached - epoch) * perEpoch;
        let blockLoss = 0;
        for (let done = 0; done < blockSteps;) {
          const count = Math.min(callSteps, blockSteps - done);
          const started = performance.now();
          const next = tf.tidy(() =>
            advance(
              state,
              training,
              block,
              tf.scalar(done, 'int32'),
              tf.scalar(count, 'int32'),
              tf.scalar(steps, 'int32'),
              key,
            ),
          );
          tf.dispose([state.weights, state.adam.first, state.adam.second, state.average, state.loss]);
          state = next;
          const sum = state.loss.dataSync()[0];
          blockLoss += sum;
          done += count;
          steps += count;
          finite(sum, `between steps ${steps - count} and ${steps}`);
          await breathe();
          if (signal.aborted) {
            throw new InterruptedError(
              `Training was interrupted at epoch ${epoch} of at most ${settings.maxEpochs}; the error's \`partial\` has the best weights so far.`,
              result('interrupted'),
            );
          }
          if (callSteps > 4 || done > 4)
            callSteps = Math.max(1, Math.round((callMilliseconds / (performance.now() - started)) * count));
          else callSteps = 8;
        }
        block.dispose();
        const candidate = settings.ema > 0 ? state.average : state.weights;
        const validation = finite(
          validate(candidate, parts.validation, validationKey),
          `at the validation after step ${steps}`,
        );
        history.push({ epoch: reached, training: blockLoss / blockSteps, validation });
        if (validation < bestLoss) {
          tf.dispose(best);
          best = candidate.map((w) => w.clone());
          bestLoss = validation;
          bestEpoch = reached;
        }
        progress.update(reached, `validation loss ${bestLoss.toPrecision(4)} at epoch ${bestEpoch}`);
        progress.curve(history);
        if (reached - bestEpoch >= settings.patience) {
          progress.end(
            `converged after ${reached} epochs, best validation loss ${bestLoss.toPrecision(4)} at epoch ${bestEpoch}`,
          );
          return result('converged');
        }
      }
      progress.end(
        `stopped at the limit of ${settings.maxEpochs} epochs, best validation loss ${bestLoss.toPrecision(4)} at epoch ${bestEpoch}`,
      );
      return result('epoch limit');
    });
  } catch (error) {
    if (!(error instanceof InterruptedError || error instanceof NonFiniteError)) tf.dispose(best);
    throw error;
  } finally {
    order?.dispose();
    tf.dispose([
      state.weights,
      state.adam.first,
      state.adam.second,
      state.average,
      state.loss,
      training,
      parts.validation,
      key,
      validationKey,
    ]);
    advance.dispose();
    validate.dispose();
  }
}

/** What goes from step to step; `loss` is the sum over the steps of one call. */
export type TrainingState = { weights: tf.Tensor[]; adam: AdamState; average: tf.Tensor[]; loss: tf.Scalar };
type Settings = ReturnType<typeof checked>;

/**
 * The compiled loop of training steps: `count` steps on the batches from `start` on; the state's loss is the sum over these steps.
 * @returns a compiled function that {@link fit} calls again and again; the benchmark times it.
 */
export function trainingProgram(
  loss: Loss,
  settings: Pick<Settings, 'learningRate' | 'cosineDecay' | 'ema'>,
  totalSteps: number,
) {
  return compile(
    (
      state: TrainingState,
      rows: tf.Tensor2D[],
      order: tf.Tensor2D,
      start: tf.Scalar,
      count: tf.Scalar,
      stepsBefore: tf.Scalar,
      key: Key,
    ): TrainingState =>
      loop(count, { ...state, loss: tf.scalar(0) } as TrainingState, (i, { weights, adam, average, loss: sum }) => {
        const step = tf.add(stepsBefore, i) as tf.Scalar;
        const batch = tf.gather(order, tf.add(start, i)).as1D();
        const batchRows = rows.map((each) => tf.gather(each, batch));
        const stepKey = foldKey(key, step);
        const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) => loss(w, batchRows, stepKey, true))(weights);
        const number = step.toFloat() as tf.Scalar;
        const decay = settings.cosineDecay
          ? tf.mul(0.5, tf.add(1, tf.cos(tf.mul(number, Math.PI / totalSteps))))
          : tf.scalar(1);
        const next = adamStep(
          weights,
          grads,
          adam,
          tf.add(number, 1),
          tf.mul(decay, settings.learningRate) as tf.Scalar,
        );
        // the average follows faster at first, so that the first weights are soon forgotten
        const keep = tf.minimum(settings.ema, tf.div(tf.add(number, 1), tf.add(number, 10)));
        return {
          weights: next.weights,
          adam: next.state,
          average:
            settings.ema > 0
              ? average.map((a, k) => tf.add(next.weights[k], tf.mul(keep, tf.sub(a, next.weights[k]))))
              : average,
          loss: tf.add(sum, value) as tf.Scalar,
        };
      }),
  );
}

function checked(options: FitOptions, count: number) {
  const settings = {
    label: 'Training',
    batchSize: 256,
    learningRate: 1e-3,
    cosineDecay: false,
    maxEpochs: 20_000,
    patience: 200,
    validationFraction: 0.2,
    ema: 0,
    ...options,
  };
  const refuse = (name: string, expected: string): never => {
    throw new InvalidInputError(`training ${name}`, {
      expected,
      received: String(settings[name as keyof typeof settings]),
    });
  };
  for (const name of ['batchSize', 'maxEpochs', 'patience', 'epochsPerValidation'] as const) {
    const value = name === 'epochsPerValidation' ? (settings[name] ?? 1) : settings[name];
    if (!Number.isInteger(value) || value < 1) refuse(name, 'a positive whole number');
  }
  if (!(settings.learningRate > 0)) refuse('learningRate', 'a positive number');
  if (!(settings.validationFraction > 0 && settings.validationFraction < 1))
    refuse('validationFraction', 'a number between 0 and 1');
  if (!(settings.ema >= 0 && settings.ema < 1)) refuse('ema', 'a number from 0 to below 1');
  const validationRows = Math.max(1, Math.round(count * settings.validationFraction));
  const trainingRows = count - validationRows;
  if (trainingRows < 2) {
    throw new InvalidInputError('training', {
      expected: 'at least 3 simulations',
      received: String(count),
      remedy: 'Simulate more; a thousand is a small budget.',
    });
  }
  return { ...settings, validationRows, trainingRows, batchSize: Math.min(settings.batchSize, trainingRows) };
}
