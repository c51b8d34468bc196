import '@tensorflow/tfjs-node';
import { fmpe } from '../../../lib/inference/score/fmpe';
import { npse } from '../../../lib/inference/score/npse';
import { curvedPosteriorLaws } from './curved-laws';

curvedPosteriorLaws([
  { what: 'npse beside a Gaussian', train: npse.train, gaussians: 1 },
  { what: 'fmpe without a closed form', train: fmpe.train, gaussians: 0 },
]);
