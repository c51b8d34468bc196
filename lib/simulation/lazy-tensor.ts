import * as tf from '@tensorflow/tfjs';

/**
 * A tensor that is made when it is first read, so what nobody reads (the rest of an interrupted run) holds no memory.
 */
export interface LazyTensor<T extends tf.Tensor> {
  /** The tensor; it lives until `dispose`, also where it is first read within a `tf.tidy`. */
  get(): T;
  /** Frees the tensor where it was made. */
  dispose(): void;
}

/** The tensor that `make` makes, once and when it is first read. */
export function lazyTensor<T extends tf.Tensor>(make: () => T): LazyTensor<T> {
  let made: T | undefined;
  return {
    get: () => (made ??= tf.keep(make())),
    dispose: () => made?.dispose(),
  };
}
