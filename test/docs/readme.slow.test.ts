import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as library from 'scorebook';
import { runSnippet } from './run-snippet';
import { withShortTraining } from './short-training';
import { readmeSnippets } from './snippets';

/** How accurate the default training is, which takes minutes, is the subject of other tests. */
const short = withShortTraining({ fit: { maxEpochs: 50 }, emulated: 0 });

beforeAll(() => void library.host.installHost(library.host.silentHost));

describe('the code of the README', () => {
  it.each(readmeSnippets())(
    '$name runs, and prints small distances only, after a short training',
    async ({ code }) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {});
      try {
        await runSnippet(code, {}, short, () => {});
        const numbers = log.mock.calls.flat().filter((each): each is number => typeof each === 'number');
        for (const value of numbers) expect(value).toBeLessThan(0.05);
      } finally {
        log.mockRestore();
      }
    },
    120_000,
  );
});
