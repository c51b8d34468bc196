import { describe, expect, it } from 'vitest';
import type { Facts } from '../../scripts/setup/facts.mjs';
import { nodeProblem, notes, problems } from '../../scripts/setup/prerequisites.mjs';

const good: Facts = {
  nodeVersion: '20.20.2',
  platform: 'linux-x64',
  python: { command: 'python3', version: [3, 11], venv: true },
  compiler: true,
  freeBytes: 50e9,
  neededBytes: 4e9,
};

/** One sentence: it ends with a full stop and names a remedy after a colon. */
const sentence = /^[^\n]+: [^\n]+\.$/;

describe('the prerequisites', () => {
  it('are met by the machines that the README names', () => {
    for (const nodeVersion of ['20.19.0', '20.20.2', '22.0.0', '22.21.1']) {
      for (const minor of [10, 11, 12, 13]) {
        const facts: Facts = { ...good, nodeVersion, python: { command: 'python3', version: [3, minor], venv: true } };
        expect(problems(facts)).toEqual([]);
        expect(notes(facts)).toEqual([]);
      }
    }
  });

  it.each(['16.20.0', '18.20.4', '20.18.3', '23.1.0', '24.11.0'])(
    'refuse Node %s and say which to install',
    (version) => {
      const problem = nodeProblem(version);
      expect(problem).toMatch(sentence);
      expect(problem).toContain(`Node ${version}`);
      expect(problem).toContain('nvm install 22');
    },
  );

  it.each<[string, Partial<Facts>, string]>([
    ['no Python', { python: undefined }, 'PYTHON=/path/to/python3'],
    ['an old Python', { python: { command: 'python3', version: [3, 8], venv: true } }, 'only Python 3.8'],
    ['a Python 2', { python: { command: 'python', version: [2, 7], venv: false } }, 'only Python 2.7'],
    ['a Python without venv', { python: { command: 'python3', version: [3, 12], venv: false } }, 'python3-venv'],
    ['a full disk', { freeBytes: 1.23e9 }, 'Only 1.2 GB'],
  ])('tell of %s in one sentence with the remedy', (_, change, part) => {
    const found = problems({ ...good, ...change });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(sentence);
    expect(found[0]).toContain(part);
  });

  it('tell of several at once, so that they can be put right in one go', () => {
    expect(problems({ ...good, nodeVersion: '24.0.0', python: undefined, freeBytes: 0 })).toHaveLength(3);
  });

  it('need little space when little is left to do', () => {
    expect(problems({ ...good, freeBytes: 1e9, neededBytes: 0.5e9 })).toEqual([]);
  });

  it('only note a missing compiler and another platform, since the binding can be downloaded', () => {
    for (const change of [{ compiler: false }, { platform: 'darwin-arm64' }]) {
      const facts = { ...good, ...change };
      expect(problems(facts)).toEqual([]);
      expect(notes(facts)).toHaveLength(1);
      expect(notes(facts)[0]).toMatch(sentence);
    }
  });
});
