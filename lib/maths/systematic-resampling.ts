/**
 * Numbers of `count` entries, entry i about `count` w_i times: the places of `count` equal steps, all shifted by one
 * uniform number, in the running sum of the weights.
 * @param weights that sum to one.
 * @param shift a uniform number from [0, 1).
 * Source: Carpenter, Clifford and Fearnhead (1999), "Improved particle filter for nonlinear problems".
 */
export function systematicResampling(weights: ArrayLike<number>, count: number, shift: number): Int32Array {
  let [row, sum] = [0, weights[0]];
  return Int32Array.from({ length: count }, (_, c) => {
    while (row < weights.length - 1 && sum < (c + shift) / count) sum += weights[++row];
    return row;
  });
}
