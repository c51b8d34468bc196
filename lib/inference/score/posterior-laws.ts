import { demand } from '../../core/checks';
import type { Prior } from '../../distributions/prior';
import { checkOtherPrior } from '../check-other-prior';
import type { Frame } from '../frame';
import { lawOfPrior, type ParameterLaw } from './parameter-law';

/** The prior that is wanted, and the law that drew the parameters of training. */
export interface PosteriorLaws {
  readonly wanted: ParameterLaw;
  readonly trained: ParameterLaw;
}

/**
 * The prior that is wanted and the law of training, where they are not both the frame's prior.
 * @param law that drew the parameters of training. Default: the frame's prior.
 * @throws InvalidInputError for another prior than that of training where walls are kept, or of another support.
 */
export function posteriorLaws(prior: Prior, frame: Frame, law?: ParameterLaw): PosteriorLaws | undefined {
  const isOther = prior !== frame.prior;
  if (!isOther && !law) return undefined;
  if (isOther) {
    demand('given: prior', !frame.config.walls, 'that of training, whose walls are kept', 'another', mappedText);
    checkOtherPrior(prior, { prior: frame.prior, frame, learned: 'score' });
    const walls = ({ support }: Prior): string => (support ? `${support.lower} to ${support.upper}` : 'all numbers');
    const [own, expected] = [walls(prior), walls(frame.prior)];
    demand('given: prior', own === expected, `one with the support of training, ${expected}`, own, supportText);
  }
  return {
    wanted: lawOfPrior(isOther ? `prior ${numberOf(prior)}` : 'prior', prior, frame),
    trained: law ?? lawOfPrior('prior', frame.prior, frame),
  };
}

const mappedText = "Train with walls: 'mapped' to change the prior afterwards.";

const supportText =
  'Langevin steps need a density without new walls; nle.train() takes any prior within that of training.';

/** Priors that estimators were asked for, by number. */
const otherPriors = new WeakMap<Prior, number>();
let priors = 0;

function numberOf(prior: Prior): number {
  if (!otherPriors.has(prior)) otherPriors.set(prior, ++priors);
  return otherPriors.get(prior)!;
}
