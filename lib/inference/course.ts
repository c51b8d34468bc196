import { counted, described } from '../core/description';
import { InterruptedError, NonFiniteError } from '../core/errors';
import type { Fit } from '../training/fit';

/** The course of a training, without its weights. */
export type Course = Omit<Fit, 'weights' | 'stopped'>;

/** How training went, for an estimator's `fit`. */
export function courseOf({ weights: _, stopped: __, ...course }: Fit): Course {
  const { ended, bestEpoch, validationLoss, steps, seconds, history } = course;
  return described(course, () => ({
    title: `Training: ${ended} after ${counted(steps, 'step')} in ${Number(seconds.toPrecision(3))} s`,
    facts: {
      best: `loss ${Number(validationLoss.toPrecision(4))} on held-out rows, at epoch ${bestEpoch}`,
      next: `show(plots.lossPlot(estimator.fit.history)), ${counted(history.length, 'point')}`,
    },
    variable: 'fit',
  }));
}

/** How training went in a few numbers, for an estimator's config. */
export function courseNumbers({ bestEpoch, ended, steps, seconds, validationLoss }: Course) {
  return { bestEpoch, ended, steps, seconds, validationLoss };
}

/**
 * An estimator with the course of its training; where that was stopped before its end, the error with it as `partial`.
 * @throws InterruptedError or NonFiniteError, as training was stopped.
 */
export function delivered<E extends object>(estimator: E, fit: Fit): E & { readonly fit: Course } {
  const trained = Object.assign(estimator, { fit: courseOf(fit) });
  const { stopped } = fit;
  if (stopped instanceof InterruptedError) throw new InterruptedError(stopped.message, trained);
  if (stopped instanceof NonFiniteError) throw new NonFiniteError(stopped.message, trained);
  return trained;
}
