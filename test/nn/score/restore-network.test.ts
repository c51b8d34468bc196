import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { paperNetwork } from '../../../lib/nn/score/paper-network';
import { restoreNetwork } from '../../../lib/nn/score/restore-network';
import type { NetworkSpec } from '../../../lib/nn/score/score-network';

const purpose = { dims: { theta: 2, x: 6 }, seesDistance: true, isCorrection: true };

describe('restoreNetwork', () => {
  it('gives the network of a spec, from JSON too', () => {
    for (const network of [
      denoisingNetwork({ width: 8, hidden: 1, exchangeable: 3 }),
      paperNetwork({ width: 8, embedding: 4, timeEmbedding: 6 }),
    ]) {
      const restored = restoreNetwork(JSON.parse(JSON.stringify(network.spec)) as NetworkSpec);
      expect(restored.spec).toEqual(network.spec);
      expect(restored.build(purpose).weights).toEqual(network.build(purpose).weights);
    }
  });

  it('refuses unknown names, and settings that the network refuses', () => {
    for (const name of ['unet', '', undefined])
      expect(() => restoreNetwork({ name } as unknown as NetworkSpec)).toThrow(InvalidInputError);
    expect(() => restoreNetwork({ name: 'unet' as 'paper' })).toThrow(
      'network: expected denoising or paper, received unet.',
    );
    expect(() => restoreNetwork({ name: 'paper', width: 0 })).toThrow(/paperNetwork width/);
  });
});
