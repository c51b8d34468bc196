// TensorFlow reports its CPU features on standard error when it starts, unless told beforehand not to.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';

import '@tensorflow/tfjs-node';
