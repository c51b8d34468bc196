import type * as tf from '@tensorflow/tfjs';
import type { ClosedFormTensors } from '../../nn/score/closed-form';
import type { LinearGaussian } from '../../nn/score/linear-gaussian';
import type { MixturePart } from '../../nn/score/mixture-noise';
import type { ScoreModelTensors } from '../../nn/score/score-model';
import type { EstimatorRecord, NamedArray } from '../../records/estimator-record';
import { arraysOf, tensorsOf } from '../estimator-record';

/** The groups of arrays of a closed form: its parts one after the other, and the one Gaussian beside several. */
const ofGaussian = ['weights', 'intercept', 'axes', 'variances'] as const;
const ofPart = [...ofGaussian, 'xMean', 'xWhitening', 'logShare'] as const;

/** The tensors of a model as named arrays. */
export function scoreArrays({ network, closedForm }: ScoreModelTensors): NamedArray[] {
  const gaussian = closedForm.gaussian as LinearGaussian | undefined;
  const parts = closedForm.parts as readonly MixturePart[] | undefined;
  const ofOne = gaussian ? ofGaussian.map((name) => gaussian[name]) : [];
  return parts
    ? arraysOf({ network, gaussian: parts.flatMap((part) => ofPart.map((name) => part[name])), frame: ofOne })
    : arraysOf({ network, gaussian: ofOne });
}

/** The tensors of a record's arrays; the caller disposes them. */
export function scoreTensors(record: EstimatorRecord): ScoreModelTensors {
  const named = (names: readonly string[], tensors: readonly tf.Tensor[]) =>
    Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
  const [gaussian, frame] = ['gaussian', 'frame'].map((group) => tensorsOf(record, group));
  const closedForm = ((): ClosedFormTensors => {
    if (gaussian.length === 0) return {};
    if (gaussian.length === ofGaussian.length) return { gaussian: named(ofGaussian, gaussian) };
    const parts = Array.from({ length: gaussian.length / ofPart.length }, (_, k) =>
      named(ofPart, gaussian.slice(k * ofPart.length)),
    );
    return { parts, ...(frame.length > 0 && { gaussian: named(ofGaussian, frame) }) };
  })();
  return { network: tensorsOf(record, 'network'), closedForm };
}
