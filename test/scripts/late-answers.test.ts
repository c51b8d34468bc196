import { expect, it } from 'vitest';
import { LateAnswers } from '../../scripts/vitest/late-answers.mjs';

it('a late answer to a worker is no failure of the run, and all else is', () => {
  const caught: unknown[] = [];
  const state = { catchError: (error: unknown) => void caught.push(error) };
  new LateAnswers().onInit({ state } as unknown as Parameters<LateAnswers['onInit']>[0]);
  const told = ['[vitest-worker]: Timeout calling "onTaskUpdate"', '[vitest-worker]: Timeout calling "fetch"', 'no'];
  for (const message of told) state.catchError(new Error(message));
  state.catchError('thrown');
  expect(caught).toEqual([new Error(told[1]), new Error('no'), 'thrown']);
});
