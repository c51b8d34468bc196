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
    expect(published).toHaveLength(10 * 3 * 8 + 3 * 8);
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

  it('has the rerun of the corrected Gaussian mixture beside the former figures, and marks these', async () => {
    const mixture = (await publishedC2st()).filter(({ task }) => task === 'gaussian_mixture');
    const comparable = mixture.filter((each) => each.comparable);
    expect([comparable.length, mixture.length]).toEqual([24, 48]);
    const best = (algorithm: string) =>
      comparable.filter((each) => each.algorithm === algorithm).map(({ mean }) => mean);
    expect(best('NPE')).toEqual([0.7161, 0.6153, 0.5478]);
    expect(best('SNPE')).toEqual([0.6689, 0.5511, 0.5363]);
  });
});
