import { beforeAll, describe, expect, it } from 'vitest';
import * as library from 'scorebook';
import { codeFiles } from '../../../scripts/sweep/code-version.mjs';
import { versionsOf } from '../../../scripts/sweep/versions.mjs';
import { build } from '../../simulation/build-worker';
import { experiments } from './tiny-cells.mjs';

const definition = new URL('./tiny-cells.mjs', `file://${__dirname}/`).href;

beforeAll(() => build('index.ts'), 300_000);

describe('the version of runs', () => {
  it('is of the code that a study loads, without the modules that define studies', () => {
    const files = codeFiles();
    for (const name of ['inference/score/npse.js', 'experiments/run-experiment.js', 'tasks/benchmark/index.js'])
      expect(files).toContain(name);
    expect(files.filter((name) => name.startsWith('studies/'))).toEqual([
      'studies/exact-scores.js',
      'studies/in-rounds-setting.js',
      'studies/near-walls.js',
      'studies/published-benchmark.js',
    ]);
    expect(files.filter((name) => /^(plots|notebook)\//.test(name))).toEqual([]);
  });

  it('changes with the definition of its setting, and with how draws are judged, but not with seeds', () => {
    const versions = (options: object, more: object = {}) => {
      const parts = experiments(library, options).map(({ experiment }) => ({ experiment: { ...experiment, ...more } }));
      const versionOf = versionsOf(definition, parts);
      return parts[0].experiment.settings.map((setting) => versionOf(parts[0].experiment, setting));
    };
    const [left, right] = versions({});
    expect(left).toMatch(/^[0-9a-f]{16}$/);
    expect(right).not.toBe(left);
    expect(versions({ seeds: [7] })).toEqual([left, right]);
    const changed = versions({ shifts: { left: -1, right: 2 } });
    expect(changed[0]).toBe(left);
    expect(changed[1]).not.toBe(right);
    const judged = versions({}, { samples: 51 });
    expect(judged[0]).not.toBe(left);
    expect(judged[1]).not.toBe(right);
  });
});
