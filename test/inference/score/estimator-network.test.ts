import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { estimatorNetwork, type Architecture } from '../../../lib/inference/score/estimator-network';

const dims = { theta: 2, x: 6 };

describe('the network of an estimator', () => {
  it('is that of its architecture, of which a denoising one sees the distance from a Gaussian', () => {
    const names = (architecture: Architecture, hasResidual: boolean): string[] =>
      estimatorNetwork(dims, architecture, { width: 8, hidden: 1 }, hasResidual).weights.map(({ name }) => name);
    expect(names('denoising', true).filter((name) => !names('denoising', false).includes(name))).toEqual([
      'head/residual/weights',
    ]);
    expect(names('paper', true)).toEqual(names('paper', false));
    expect(names('paper', false)).toContain('head/t');
  });

  it('refuses the options of the other architecture, and no other', () => {
    const refused = (architecture: Architecture, options: object) =>
      expect(() => estimatorNetwork(dims, architecture, { width: 8, ...options }, false));
    refused('denoising', { timeEmbedding: 8 }).toThrow(
      'network timeEmbedding: expected options of the architecture denoising, such as blocks, dropout, exchangeable, received timeEmbedding.',
    );
    refused('denoising', { embedding: 8, zeroLast: true }).toThrow(/network embedding, zeroLast: /);
    refused('paper', { blocks: 2, dropout: 0, exchangeable: 1 }).toThrow(/network blocks, dropout, exchangeable: /);
    refused('paper', { dropout: undefined }).not.toThrow();
    refused('paper', { timeEmbedding: 8, embedding: 4, zeroLast: true, activation: 'relu' }).not.toThrow();
    refused('denoising', { blocks: 1, dropout: 0, exchangeable: 3, activation: 'relu' }).not.toThrow();
  });

  it('refuses architectures that are none', () => {
    for (const name of ['unet', '', undefined])
      expect(() => estimatorNetwork(dims, name as Architecture, {}, false)).toThrow(InvalidInputError);
    expect(() => estimatorNetwork(dims, 'unet' as Architecture, {}, false)).toThrow(
      'architecture: expected denoising or paper, received unet.',
    );
  });
});
