import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as library from 'scorebook';
import { runSnippet } from './run-snippet';
import { readmeSnippets } from './snippets';

beforeAll(() => void library.host.installHost(library.host.silentHost));

describe('the code of the README', () => {
  it.each(readmeSnippets())(
    '$name runs, and prints small distances only',
    async ({ code }) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {});
      try {
        await runSnippet(code, {}, library, () => {});
        const numbers = log.mock.calls.flat().filter((each): each is number => typeof each === 'number');
        for (const value of numbers) expect(value).toBeLessThan(0.05);
      } finally {
        log.mockRestore();
      }
    },
    600_000,
  );
});
