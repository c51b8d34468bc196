import * as tf from '@tensorflow/tfjs';
import type { DensityDefinition, DensitySpec } from '../../nn/density/density-definition';
import { ensemble } from '../../nn/density/ensemble';
import { linearMean, ofResiduals, type LinearStart } from '../../nn/density/linear-residual';
import { restoreDensity } from '../../nn/density/restore-density';
import type { EmbeddingDefinition, EmbeddingSpec } from '../../nn/embedding/embedding';
import { restoreEmbedding } from '../../nn/embedding/restore-embedding';
import type { Weights } from '../../nn/network';
import { memberWeights } from '../fit-members';
import type { DensityModel } from './density-model';

/** The two parts of an {@link embeddedDensity}, before it is known what it is for. */
export interface DensityParts {
  readonly density: DensityDefinition;
  readonly embedding: EmbeddingDefinition;
}

/** What an {@link embeddedDensity} is made of; JSON. */
export interface DensityNetwork {
  readonly density: DensitySpec;
  readonly embedding: EmbeddingSpec;
  /** Networks that it is a mixture of. */
  readonly members: number;
  /** The linear Gaussian fit whose residuals the density is of; missing: it is of the target itself. */
  readonly linear?: LinearStart;
}

/** What is modelled, D values, and what it is modelled given, L values. */
export interface DensityDims {
  readonly target: number;
  readonly condition: number;
}

/**
 * The density of a target given an embedded condition; of several members, their mixture; where there is a linear fit,
 * of what that leaves.
 */
export function embeddedDensity(
  { target, condition }: DensityDims,
  { density, embedding }: DensityParts,
  { members = 1, linear }: Partial<Pick<DensityNetwork, 'members' | 'linear'>> = {},
): DensityModel {
  const embed = embedding.build(condition);
  const one = density.build({ name: 'density', dim: target, context: embed.outputs });
  const size = embed.weights.length + one.weights.length;
  const numbers = Array.from({ length: members }, (_, k) => k);
  const partOf = (weights: Weights, k: number): Weights => weights.slice(k * size, (k + 1) * size);
  const mixed = ensemble(
    numbers.map(() => one),
    numbers.map(() => embed.outputs),
  );
  return {
    weights: memberWeights([...embed.weights, ...one.weights], members),
    density: linear ? ofResiduals(mixed, linear) : mixed,
    densityWeights: (weights) => numbers.flatMap((k) => partOf(weights, k).slice(embed.weights.length)),
    contextOfEach: (weights, x) => {
      const each = numbers.map((k) => embed.apply(partOf(weights, k).slice(0, embed.weights.length), x));
      const all = linear ? [...each, linearMean(linear, x)] : each;
      // a tensor of its own, also where the embedding leaves x as it is
      return all.length === 1 ? all[0].clone() : tf.concat(all, 1);
    },
  };
}

/** What it is made of, as JSON. */
export function networkOf(
  { density, embedding }: DensityParts,
  { members, linear }: Pick<DensityNetwork, 'members' | 'linear'>,
): DensityNetwork {
  return { density: density.spec, embedding: embedding.spec, members, ...(linear && { linear }) };
}

/**
 * The parts of a network that was saved; those that are not the library's are to be given.
 * @throws InvalidInputError for a part that is neither the library's nor given.
 */
export function partsOf({ density, embedding }: DensityNetwork, given: Partial<DensityParts> = {}): DensityParts {
  return {
    density: given.density ?? restoreDensity(density),
    embedding: given.embedding ?? restoreEmbedding(embedding),
  };
}
