import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cache } from '../../scripts/setup/paths.mjs';
import { doStep, isDone, type Step } from '../../scripts/setup/steps.mjs';

const name = `trial step ${process.pid}`;
const file = (ending: string): string => join(cache, 'setup', `${name.replaceAll(' ', '-')}.${ending}`);

afterEach(() => {
  for (const ending of ['json', 'log']) rmSync(file(ending), { force: true });
  vi.restoreAllMocks();
});

/** A step whose result is a flag. */
function trial(change: Partial<Step> = {}): Step & { result: boolean } {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const step: Step & { result: boolean } = {
    name,
    does: 'sets a flag',
    bytes: 0,
    result: false,
    inputs: () => ['1'],
    isThere: () => step.result,
    make: async () => {
      step.result = true;
    },
    ...change,
  };
  return step;
}

describe('a step of the set-up', () => {
  it('is done once it ran, and then only while its result is there', async () => {
    const step = trial();
    expect(await isDone(step)).toBe(false);
    await doStep(step);
    expect(await isDone(step)).toBe(true);
    step.result = false;
    expect(await isDone(step)).toBe(false);
  });

  it('is not done any more when an input changes', async () => {
    const step = trial();
    await doStep(step);
    expect(await isDone({ ...step, inputs: () => ['2'] })).toBe(false);
  });

  it('is not done when it was interrupted, although an earlier run had ended and a result lies there', async () => {
    const step = trial();
    await doStep(step);
    await expect(doStep({ ...step, make: () => Promise.reject(new Error('killed')) })).rejects.toThrow('killed');
    expect(step.result).toBe(true);
    expect(await isDone(step)).toBe(false);
    expect(existsSync(file('json'))).toBe(false);
  });

  it('fails when it ends without its result', async () => {
    await expect(doStep(trial({ make: async () => {} }))).rejects.toThrow('its result is not there');
  });

  it('shows the end of the log of a command that failed, and says where the rest is', async () => {
    const make: Step['make'] = (run) => run(process.execPath, ['-e', 'console.log("the reason"); process.exit(3)']);
    const failure = await doStep(trial({ make })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'Problem', details: expect.stringContaining('the reason') });
    expect((failure as Error).message).toContain('.log');
  });

  it('tells of an unreachable registry by its name', async () => {
    const make: Step['make'] = (run) => run(process.execPath, ['-e', 'console.log("ENOTFOUND"); process.exit(1)']);
    await expect(doStep(trial({ make, registry: 'The npm registry' }))).rejects.toThrow(
      /The npm registry could not be reached/,
    );
  });
});
