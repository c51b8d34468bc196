import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as library from 'scorebook';
import { checkSnippets } from './check-snippets';
import { makeFixture, temporaryFolder, type Fixture } from './fixture';
import { root } from './program';
import { runSnippet, statedValues } from './run-snippet';
import { withShortTraining } from './short-training';
import { docSnippets, readmeSnippets } from './snippets';
import { expectStated } from './stated-value';

/** Emulated pairs would make each training three. */
const short = withShortTraining({ emulated: 0 });
const documented = docSnippets();
const readme = readmeSnippets();
const [home, results] = [process.cwd(), process.env.SCOREBOOK_RESULTS];
let checked: ReturnType<typeof checkSnippets>;
let fixture: Fixture;
let folder: string;

beforeAll(async () => {
  library.host.installHost(library.host.silentHost);
  checked = checkSnippets([...documented, ...readme]);
  folder = temporaryFolder();
  fixture = await makeFixture();
}, 120_000);

// some examples install another host
beforeEach(() => void library.host.installHost(library.host.silentHost));

afterAll(() => {
  process.chdir(home);
  if (results === undefined) delete process.env.SCOREBOOK_RESULTS;
  else process.env.SCOREBOOK_RESULTS = results;
  rmSync(folder, { recursive: true, force: true });
});

describe('the examples of the documentation', () => {
  it('are found in the README and in the doc comments', () => {
    expect(readme.length).toBeGreaterThanOrEqual(2);
    expect(documented.length).toBeGreaterThanOrEqual(40);
  });

  it.each([...readme, ...documented])('$name has the right types', ({ name }) => {
    expect(checked.get(name)!.problems).toEqual([]);
  });
});

describe('the examples of the doc comments', () => {
  it.each(documented)('$name runs, and its comments state the values that come out', async ({ name, file, code }) => {
    const { provided } = checked.get(name)!;
    const own: Record<string, unknown> =
      provided.own.length > 0 ? await import(/* @vite-ignore */ join(root, file!)) : {};
    const pick = (from: object, names: readonly string[]): [string, unknown][] =>
      names.map((each) => [each, (from as Record<string, unknown>)[each]]);
    const scope = Object.fromEntries([
      ...pick(short, provided.library),
      ...provided.rooms.flatMap(([each, room]) => pick((library as unknown as Record<string, object>)[room], [each])),
      ...pick(own, provided.own),
      ...pick(fixture, provided.fixture),
    ]);
    const said = vi.fn(expectStated);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      await runSnippet(code, scope, short, said);
    } finally {
      log.mockRestore();
    }
    expect(said).toHaveBeenCalledTimes(statedValues(code));
  });
});
