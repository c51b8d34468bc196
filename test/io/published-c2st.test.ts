import { describe, expect, it } from 'vitest';
import { publishedC2st } from '../../lib/io/published-c2st';
import { all } from '../../lib/tasks/benchmark/index';

describe('the published C2ST', () => {
  it('is there for ten tasks, three budgets and eight algorithms, once each', async () => {
    const published = await publishedC2st();
    const names = published.map(
      ({ task, budget, algorithm, comparable }) => `${task} ${budget} ${algorithm} ${comparable}`,
    );
    expect(new Set(names).size).toBe(names.length);
    expect(published).toHaveLength(10 * 3 * 8 + 3);
    expect([...new Set(published.map(({ task }) => task))]).toEqual(all().map(({ name }) => name));
    for (const { mean, std, observations } of published) {
      expect(mean).toBeGreaterThan(0.45);
      expect(mean).toBeLessThanOrEqual(1);
      if (std !== null) expect(std).toBeGreaterThanOrEqual(0);
      expect(observations).toBe(10);
    }
  });

  it('gives the figures as they were published', async () => {
    expect((await publishedC2st()).find((each) => each.task === 'bernoulli_glm' && each.algorithm === 'NLE')).toEqual({
      task: 'bernoulli_glm',
      budget: 1000,
      algorithm: 'NLE',
      mean: 0.7403,
      std: 0.0356,
      observations: 10,
      comparable: true,
    });
  });

  it('has for the corrected Gaussian mixture those of NPE only, and marks the others', async () => {
    const mixture = (await publishedC2st()).filter(({ task }) => task === 'gaussian_mixture');
    const comparable = mixture.filter((each) => each.comparable);
    expect(comparable.map(({ budget, algorithm, mean, std }) => [budget, algorithm, mean, std])).toEqual([
      [1000, 'NPE', 0.716, null],
      [10_000, 'NPE', 0.615, null],
      [100_000, 'NPE', 0.548, null],
    ]);
    expect(mixture).toHaveLength(24 + 3);
  });
});
