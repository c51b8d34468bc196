import { requireNumber } from './checks';

/**
 * A seeded source of random numbers for host-side code (priors, simulators, shuffles).
 *
 * sfc32 with a hashed seed: 128 bits of state, period about 2^127 on average. Equal seeds give equal
 * numbers on every machine.
 */
export interface Rng {
  /** One number from [low, high). Defaults 0 and 1. */
  uniform(low?: number, high?: number): number;
  /** One number from N(mean, std^2). Defaults 0 and 1. */
  normal(mean?: number, std?: number): number;
  /** One whole number from {low, ..., high - 1}. */
  integer(low: number, high: number): number;
  /** An independent generator for item `index`: the same for every order and number of calls. */
  fork(index: number): Rng;
}

/**
 * A generator from a seed.
 * @param seed any finite number, fractions included.
 * @throws InvalidInputError for NaN, infinity and what is no number.
 * @example
 * rng(1).uniform() === rng(1).uniform(); // true
 */
export function rng(seed: number): Rng {
  requireNumber('rng: seed', seed, 'a finite number');
  const bits = new Uint32Array(new Float64Array([seed]).buffer);
  return fromState(bits[0], bits[1], 0x9e3779b9);
}

function fromState(s0: number, s1: number, s2: number): Rng {
  let a = mix(s0 ^ 0x243f6a88);
  let b = mix(s1 ^ a ^ 0x85a308d3);
  let c = mix(s2 ^ b ^ 0x13198a2e);
  const lineage: readonly [number, number, number] = [a, b, c];
  let counter = 1;
  let spare: number | undefined;

  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return t >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  const unit = (): number => (next() * 0x200000 + (next() >>> 11)) / 2 ** 53;

  return {
    uniform: (low = 0, high = 1) => low + (high - low) * unit(),
    normal: (mean = 0, std = 1) => {
      if (spare !== undefined) {
        const z = spare;
        spare = undefined;
        return mean + std * z;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - unit()));
      const angle = 2 * Math.PI * unit();
      spare = radius * Math.sin(angle);
      return mean + std * radius * Math.cos(angle);
    },
    integer: (low, high) => low + Math.floor((high - low) * unit()),
    fork: (index) =>
      fromState(lineage[0] ^ mix(index | 0), lineage[1] ^ Math.floor(index / 2 ** 32), lineage[2] ^ 0x6a09e667),
  };
}

/** A 32-bit finaliser (murmur3's), so that close seeds give unrelated states. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
