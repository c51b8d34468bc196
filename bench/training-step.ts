import { graph, rng, tf, type host } from 'scorebook';
import { installHost, silentHost } from 'scorebook/dist/core/host';
import { paperSettings } from 'scorebook/dist/inference/score/npse';
import { batches } from 'scorebook/dist/training/batches';
import { fit } from 'scorebook/dist/training/fit';
import { disposeState, trainingProgram, trainingStart } from 'scorebook/dist/training/training-program';
import { eagerTraining } from './eager';
import { seconds, type Measure } from './in-turns';
import { batch, firstWeights, levels, network, pairs, paperLoss, seed, simulations } from './workload';

/** Contestants that give seconds per training step. */
export interface TrainingContestants {
  /**
   * The library's compiled training loop, `steps` steps a round in one graph call, as long a call as a training makes.
   */
  compiled: Measure;
  /** The same training in plain tfjs. */
  eager: Measure;
  dispose(): void;
}

/** The compiled training loop and its eager counterpart on the same data, first weights and order of batches. */
export function trainingContestants(steps: { compiled: number; eager: number }): TrainingContestants {
  const { learningRate, cosineDecay, ema } = paperSettings.fit;
  const rows = pairs(simulations);
  const order = batches(simulations, batch, Math.ceil(steps.compiled / Math.floor(simulations / batch)), rng(seed));
  const key = graph.randomKey(seed);
  const first = firstWeights();
  const program = trainingProgram(
    paperLoss,
    { learningRate, cosineDecay, ema },
    1e6,
    first.map(({ shape }) => shape),
  );
  let state = trainingStart(first);
  let taken = 0;
  const eager = eagerTraining(first, rows, levels.gamma, order, learningRate);
  return {
    compiled: async () => {
      const took = await seconds(() => {
        const next = tf.tidy(() =>
          program(
            state,
            rows,
            order,
            tf.scalar(0, 'int32'),
            tf.scalar(steps.compiled, 'int32'),
            tf.scalar(taken, 'int32'),
            key,
          ),
        );
        disposeState(state);
        state = next;
        state.loss.dataSync();
      });
      taken += steps.compiled;
      return took / steps.compiled;
    },
    eager: async () => (await seconds(() => eager.steps(steps.eager))) / steps.eager,
    dispose: () => {
      disposeState(state);
      program.dispose();
      eager.dispose();
      tf.dispose([...rows, ...first, order, key]);
    },
  };
}

/**
 * Seconds per step of a whole training as a user runs it, from its first block of epochs on: batches shuffled,
 * validation and best weights included. What is left out is the recording of the graphs.
 */
export async function wholeTraining(epochs: number): Promise<number> {
  const rows = pairs(simulations);
  const marks: { epoch: number; at: number }[] = [];
  const update = (epoch: number): void => void marks.push({ epoch, at: performance.now() });
  const before = installHost({
    ...silentHost,
    report: () => ({
      update,
      resize: () => undefined,
      curve: (_: readonly host.LossPoint[]) => undefined,
      end: () => undefined,
    }),
  });
  try {
    const problem = { weights: network.weights, loss: paperLoss, rows };
    const { weights } = await fit(problem, { ...paperSettings.fit, maxEpochs: epochs, patience: epochs, seed });
    tf.dispose(weights);
  } finally {
    installHost(before);
    tf.dispose(rows);
  }
  const [start, end] = [marks[0], marks[marks.length - 1]];
  const perEpoch = Math.floor((simulations - Math.round(simulations * paperSettings.fit.validationFraction)) / batch);
  return (end.at - start.at) / 1000 / ((end.epoch - start.epoch) * perEpoch);
}
