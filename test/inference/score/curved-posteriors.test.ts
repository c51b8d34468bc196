import '@tensorflow/tfjs-node';
import { fmpe } from '../../../lib/inference/score/fmpe';
import { npse } from '../../../lib/inference/score/npse';
import { curvedPosteriorLaws } from './curved-laws';

curvedPosteriorLaws([
  { what: 'npse without a closed form', train: npse.train, gaussians: 0 },
  { what: 'fmpe beside a Gaussian', train: fmpe.train, gaussians: 1 },
]);
