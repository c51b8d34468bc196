import { counted, described, descriptionOf } from '../core/description';
import type { Estimator } from './estimator';
import type { Posterior } from './posterior';

/** An estimator whose config tells the sizes and the course of its training. */
interface TrainedEstimator extends Estimator {
  readonly config: Estimator['config'] & { readonly training: Readonly<Record<string, number | string>> };
}

/** An estimator that is printed as its method, its prior, the course of its training and how to go on. */
export function describedEstimator<E extends TrainedEstimator>(estimator: E, dims: { theta: number; x: number }): E {
  const { kind, training } = estimator.config;
  const { ended, bestEpoch, steps, validationLoss, ...size } = training;
  const rows = Object.entries(size).filter(([name, count]) => name !== 'seconds' && Number(count) > 0);
  const data = rows.map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`).join(', ');
  const short = (value: number | string): string => Number(Number(value).toPrecision(4)).toLocaleString('en-US');
  return described(estimator, () => ({
    title: `${methodName(kind)} estimator: ` + `${counted(dims.theta, 'parameter')}, ${counted(dims.x, 'data value')}`,
    facts: {
      prior: descriptionOf(estimator.prior)?.title ?? counted(estimator.prior.dim, 'parameter'),
      training: `${data}, ${counted(Number(steps), 'step')} in ${short(training.seconds)} s: ${ended}`,
      loss: `${short(validationLoss)} on held-out simulations, at epoch ${bestEpoch}`,
      next: 'estimator.given(xObs).sample(1_000, { seed: 1 })',
    },
    variable: 'estimator',
    givenBy: `${kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}.train`,
  }));
}

/** `npse` as NPSE, `flow-npe` as Flow NPE. */
function methodName(kind: string): string {
  const words = kind.split('-');
  const name = words.pop()!.toUpperCase();
  return [...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)), name].join(' ');
}

/** A posterior that is printed as its number of observations and how to go on. */
export function describedPosterior<P extends Posterior>(posterior: P, origin: string): P {
  const { n, dim, density } = posterior;
  return described(posterior, () => ({
    title: `Posterior of ${counted(dim, 'parameter')} given ${counted(n, 'observation')}`,
    facts: {
      from: origin,
      ...(density && { density: density.normalised ? 'normalised' : 'known up to a constant' }),
      next: 'posterior.sample(1_000, { seed: 1 })',
    },
    variable: 'posterior',
  }));
}
