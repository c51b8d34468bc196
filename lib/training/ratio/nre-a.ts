import { binaryCrossEntropy } from './binary-cross-entropy';
import type { RatioLoss } from './ratio-loss';

/**
 * NRE-A, or AALR: tells pairs (theta, x) from pairs whose theta is another's, by cross-entropy. Its minimum is
 * r = p(x | theta) / p(x).
 * Source: Hermans, Begy and Louppe (2020), "Likelihood-free MCMC with amortized approximate ratio estimators",
 * algorithm 1.
 * @example
 * ratioLosses.nreA().denominator; // 'evidence'
 */
export function nreA(): RatioLoss {
  return { spec: { name: 'nreA' }, denominator: 'evidence', contrasts: 1, value: binaryCrossEntropy };
}
