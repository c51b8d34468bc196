import { describe, it } from 'vitest';

/** Whether a run must make every check: in CI nothing is skipped. */
const inCi = Boolean(process.env.CI || process.env.SCOREBOOK_CI);

/**
 * A `describe` for tests that need something which only the set-up or the machine can give. Where it is missing they
 * are skipped, with a line that says what to do; in CI they fail instead.
 */
export function describeIfThere(name: string, need: { isThere: boolean; missing: string }, tests: () => void): void {
  if (need.isThere) return void describe(name, tests);
  if (!inCi) console.warn(`Skipped, ${name}: ${need.missing}`);
  const fail = (): never => {
    throw new Error(`${need.missing} In CI no test may be skipped for that.`);
  };
  describe(name, () => (inCi ? it('has what it needs', fail) : it.skip('has what it needs', fail)));
}
