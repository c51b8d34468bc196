/** A trained estimator as plain data, ready to be written to a folder and read back. */
export interface EstimatorRecord {
  /** Settings and shapes; JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The numbers, by name. */
  readonly arrays: readonly NamedArray[];
}

/** A named float32 array of a shape. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
