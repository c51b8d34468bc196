import '@tensorflow/tfjs-node';
import { describeReference } from './reference-checks';

describeReference(
  Array.from({ length: 10 }, (_, i) => i + 1),
  10_000,
);
