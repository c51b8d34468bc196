import '@tensorflow/tfjs-node';
import { it } from 'vitest';
import { mixture10d } from '../../../lib/tasks/linear-mixture';
import { expectTruth } from './closed-form-truth';

it('the closed form of the 10-D mixture is its posterior, at every level, within the error of the fit', () =>
  expectTruth(mixture10d()));
