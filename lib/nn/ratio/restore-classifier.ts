import { refuse } from '../../core/checks';
import type { ClassifierDefinition, ClassifierSpec } from './ratio-network';
import { residual } from './residual';

/**
 * The classifier of a spec, as a saved estimator keeps it.
 * @throws InvalidInputError for an unknown name, or settings that the classifier refuses.
 */
export function restoreClassifier({ name, ...options }: ClassifierSpec): ClassifierDefinition {
  switch (name) {
    case 'residual':
      return residual(options);
    default:
      refuse(
        'classifier',
        'one of the library',
        name,
        'Pass your own with the options: restore(record, { classifier }).',
      );
  }
}
