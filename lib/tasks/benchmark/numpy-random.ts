/** The numbers of numpy's legacy generator, for constants that others published as "RandomState(seed)". */
export interface NumpyRandom {
  /** A draw of `randn()`. */
  normal(): number;
  /** A draw of `permutation(n)`. */
  permutation(n: number): number[];
}

const WORDS = 624;
const MIDDLE = 397;

/**
 * numpy's `RandomState(seed)`: the Mersenne Twister MT19937 with the polar method for normals.
 *
 * Not for simulation (`rng` is): only to rebuild constants that were made with it.
 * @param seed a whole number from 0 to 2^32 - 1.
 * Source: Matsumoto and Nishimura (1998); numpy's legacy distributions.
 */
export function numpyRandom(seed: number): NumpyRandom {
  const state = new Uint32Array(WORDS);
  state[0] = seed;
  for (let i = 1; i < WORDS; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  let at = WORDS;
  let spare: number | undefined;

  const renew = (): void => {
    for (let i = 0; i < WORDS; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % WORDS] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    at = 0;
  };
  const word = (): number => {
    if (at === WORDS) renew();
    let y = state[at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
  const unit = (): number => {
    const high = word() >>> 5;
    return (high * 0x4000000 + (word() >>> 6)) / 2 ** 53;
  };
  return {
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const a = 2 * unit() - 1;
        const b = 2 * unit() - 1;
        const square = a * a + b * b;
        if (square >= 1 || square === 0) continue;
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        spare = factor * a;
        return factor * b;
      }
    },
    permutation: (n) => {
      const values = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const mask = 2 ** Math.ceil(Math.log2(i + 1)) - 1;
        let j = word() & mask;
        while (j > i) j = word() & mask;
        [values[i], values[j]] = [values[j], values[i]];
      }
      return values;
    },
  };
}
