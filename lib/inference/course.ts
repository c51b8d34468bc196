import { counted, described } from '../core/description';
import { InterruptedError, NonFiniteError } from '../core/errors';
import type { Fit } from '../training/fit';

/** The course of a training, without its weights; `seconds` are those of all its parts. */
export interface Course extends Omit<Fit, 'weights' | 'stopped'> {
  /** The parts that it had, where there were several. */
  readonly parts?: readonly TrainingPart[];
  /**
   * How many times as wide as they should be the posteriors of held-out simulations are, by parameter; 1 is right.
   * Known where at least 100 simulations are held out.
   */
  readonly widths?: readonly number[];
}

/** One part of a training of several. */
export interface TrainingPart extends Pick<Fit, 'ended' | 'steps' | 'seconds' | 'bestEpoch' | 'validationLoss'> {
  /** What was trained on what. */
  readonly label: string;
}

/** The part of a training that a fit was. */
export function partOf(
  label: string,
  { ended, steps, seconds, bestEpoch, validationLoss }: Omit<TrainingPart, 'label'>,
): TrainingPart {
  return { label, ended, steps, seconds, bestEpoch, validationLoss };
}

/** How training went, for an estimator's `fit`. */
export function courseOf({ weights: _, stopped: __, ...numbers }: Fit): Course {
  const course: Course = numbers;
  const { ended, bestEpoch, validationLoss, steps, seconds, history } = course;
  return described(course, () => ({
    title: `Training: ${ended} after ${counted(steps, 'step')} in ${Number(seconds.toPrecision(3))} s`,
    facts: {
      best: `loss ${Number(validationLoss.toPrecision(4))} on held-out rows, at epoch ${bestEpoch}`,
      ...(course.widths && {
        widths: `${course.widths.map((width) => width.toFixed(2)).join(', ')} times the right ones`,
      }),
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
export function delivered<E extends object, M extends Partial<Course>>(
  estimator: E,
  fit: Fit,
  more?: M,
): E & { readonly fit: Course & M } {
  const trained = Object.assign(estimator, { fit: Object.assign(courseOf(fit), more) as Course & M });
  const { stopped } = fit;
  if (stopped instanceof InterruptedError) throw new InterruptedError(stopped.message, trained);
  if (stopped instanceof NonFiniteError) throw new NonFiniteError(stopped.message, trained);
  return trained;
}
