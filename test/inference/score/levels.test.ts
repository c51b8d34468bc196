import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { ve } from '../../../lib/diffusion/ve';
import { vpLinear } from '../../../lib/diffusion/vp';
import { continuous, discrete } from '../../../lib/inference/score/levels';
import { levelsOf } from '../../../lib/inference/score/score-model-config';
import * as parameterisations from '../../../lib/nn/score/parameterisations';
import * as weightings from '../../../lib/training/weightings';

describe('levels of training', () => {
  it('tell what they are made of, with their defaults', () => {
    expect(continuous().spec).toEqual({
      name: 'continuous',
      diffusion: vpLinear().spec,
      weighting: weightings.balanced().name,
      count: 400,
    });
    const weighting = weightings.likelihood();
    expect(continuous(ve(), { weighting, count: 50 }).spec).toEqual({
      name: 'continuous',
      diffusion: ve().spec,
      weighting: weighting.name,
      count: 50,
    });
    expect(discrete({ count: 100 }).spec).toEqual({ name: 'discrete', count: 100 });
  });

  it('take the parameterisation that is given, or the one that suits them', () => {
    const names = (levels: ReturnType<typeof discrete>): string[] =>
      [true, false].map((isBeside) => levels.parameterisation(isBeside).name);
    expect(names(continuous())).toEqual(['edm', 'edm']);
    expect(names(discrete())).toEqual(['score', 'noise']);
    const velocity = { parameterisation: parameterisations.velocity() };
    expect([names(continuous(ve(), velocity)), names(discrete(velocity))]).toEqual([
      ['velocity', 'velocity'],
      ['velocity', 'velocity'],
    ]);
  });

  it('are read back from their numbers as samplers see them', () => {
    tf.tidy(() => {
      for (const levels of [continuous(ve(), { count: 50 }), discrete({ count: 100 })]) {
        const read = levelsOf({ levels: levels.spec } as Parameters<typeof levelsOf>[0]);
        expect(read.diffusion.spec).toEqual(levels.diffusion.spec);
        const [a, b] = [read, levels].map((each) => each.samplerLevels(levels.spec.count, 0.1));
        expect(a.count).toBe(levels.spec.count);
        expect(JSON.stringify(a)).toBe(JSON.stringify(b));
      }
    });
  });

  it('refuse what is no diffusion, weighting, parameterisation or count', () => {
    const refused = (make: () => unknown, message: RegExp) => {
      expect(make).toThrow(InvalidInputError);
      expect(make).toThrow(message);
    };
    refused(() => continuous('vp' as unknown as ReturnType<typeof ve>), /continuous diffusion: .*vpLinear\(\)/);
    refused(() => continuous(ve(), { weighting: 'even' as never }), /continuous weighting: .*received even/);
    refused(() => continuous(ve(), { parameterisation: 'x0' as never }), /continuous parameterisation: .*received x0/);
    refused(() => discrete({ parameterisation: 'noise' as never }), /discrete parameterisation: .*received noise/);
    for (const count of [2, 1.5, NaN]) refused(() => continuous(ve(), { count }), /continuous count/);
    for (const count of [1, 1.5, NaN]) refused(() => discrete({ count }), /count/);
  });
});
