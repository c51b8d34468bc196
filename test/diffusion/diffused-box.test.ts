import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { diffusedBox } from '../../lib/diffusion/diffused-box';
import { evaluate, expectIntegrated, levelOf, stds } from './diffused-laws';

const box = diffusedBox([-1.7], [1.8]);
const law = { logProb: () => -Math.log(3.5), low: -1.7, high: 1.8 };

describe('diffusedBox', () => {
  it.each(stds.filter((std) => std < 1))(
    'is the integral over the box, inside, at and far beyond its walls: std %d',
    (std) => {
      const { a, s } = levelOf(std);
      const beyond = [-1, 0, 1, 10, 50, 1000].flatMap((steps) => [1.8 * a + steps * s, -1.7 * a - steps * s]);
      expectIntegrated({ density: box, law, std }, [0, 0.05 * a, 0.3, 1, -1.5, ...beyond]);
    },
  );

  it('has the score of 50 and 1,000 standard deviations beyond a wall to 1e-5 of itself', () => {
    const { a, s, tensors } = levelOf(0.1);
    for (const steps of [50, 1000]) {
      const x = Math.fround(1.8 * a + steps * s);
      const [[score]] = tf.tidy(() => evaluate(box, [[x]], tensors()).score);
      // the Mills ratio's continued fraction: the other wall is too far to count
      const distance = (x - 1.8 * a) / s;
      const slope = distance + 1 / (distance + 2 / (distance + 3 / distance));
      expect(Math.abs((score * s) / -slope - 1)).toBeLessThan(1e-5);
    }
  });

  it.each([0.002, 0.1, 0.7, 0.9999])('integrates to one: std %d', (std) => {
    tf.tidy(() => {
      const cells = 40_000;
      const x = tf.reshape(tf.linspace(-8, 8, cells + 1), [-1, 1]) as tf.Tensor2D;
      const mass = tf.sum(tf.exp(box.logProb(x, levelOf(std).tensors()))).dataSync()[0] * (16 / cells);
      expect(mass).toBeCloseTo(1, 3);
    });
  });

  it('is the box without noise, and the noise without the box', () => {
    tf.tidy(() => {
      const still = evaluate(box, [[0], [1.79], [-1.69]], levelOf(0).tensors());
      still.logProb.forEach((value) => expect(value).toBeCloseTo(-Math.log(3.5), 5));
      still.score.forEach(([value]) => expect(Math.abs(value)).toBe(0));
      const noise = evaluate(box, [[0], [2], [-30]], levelOf(1).tensors());
      [0, -2, 30].forEach((value, i) => expect(noise.score[i][0]).toBeCloseTo(value, 5));
      expect(noise.logProb[1]).toBeCloseTo(-2 - 0.5 * Math.log(2 * Math.PI), 5);
    });
  });

  it('is a normal law for a box of next to no width', () => {
    const thin = diffusedBox([0.5, 2], [0.5 + 1e-6, 2 + 1e-6]);
    const { a, s, tensors } = levelOf(0.6);
    const { score } = tf.tidy(() => evaluate(thin, [[1, -3]], tensors()));
    [1 - 0.5 * a, -3 - 2 * a].forEach((centred, i) => expect(score[0][i]).toBeCloseTo(-centred / s ** 2, 4));
  });

  it('takes a level for each row, and multiplies over the dimensions', () => {
    const two = diffusedBox([-1.7, 0], [1.8, 1]);
    const one = diffusedBox([0], [1]);
    tf.tidy(() => {
      const [low, high] = [levelOf(0.1), levelOf(0.8)];
      const column = (pick: 'a' | 's'): tf.Tensor2D => tf.tensor2d([[low[pick]], [high[pick]]]);
      const both = { t: tf.zeros([2, 1]) as tf.Tensor2D, meanCoeff: column('a'), std: column('s') };
      const together = evaluate(
        two,
        [
          [2, -0.5],
          [1, 0.5],
        ],
        both,
      );
      [low, high].forEach(({ tensors }, i) => {
        const first = evaluate(box, [[[2], [1]][i]], tensors());
        const second = evaluate(one, [[[-0.5], [0.5]][i]], tensors());
        expect(together.logProb[i]).toBeCloseTo(first.logProb[0] + second.logProb[0], 4);
        expect(together.score[i][0]).toBeCloseTo(first.score[0][0], 4);
        expect(together.score[i][1]).toBeCloseTo(second.score[0][0], 4);
      });
    });
  });

  it('has the same curvature at its centre as beside it, where |x| has no gradient', () => {
    tf.tidy(() => {
      const level = levelOf(0.5).tensors();
      const even = diffusedBox([-1], [1]);
      const curvature = tf.grad((x: tf.Tensor) => even.score(x as tf.Tensor2D, level).sum());
      const [centre, beside] = curvature(tf.tensor2d([[0], [1e-3]])).dataSync();
      expect(centre).toBeLessThan(0);
      expect(centre).toBeCloseTo(beside, 4);
    });
  });
});
