// TensorFlow tells of its CPU features on standard error when it starts, unless it is told not to before.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';

import '@tensorflow/tfjs-node';
