/** What vitest says where a worker in the midst of a long computation took over a minute to see an answer. */
const late = /^\[vitest-worker\]: Timeout calling "onTaskUpdate"/;

/**
 * A reporter for vitest that forgives late answers: the results were received, only the worker that sent them computed
 * for over a minute before it saw so, as happens on busy cores. Vitest 3 would call the run failed for that.
 */
export class LateAnswers {
  /** @param {Pick<import('vitest/node').Vitest, 'state'>} vitest */
  onInit({ state }) {
    const catchError = state.catchError.bind(state);
    state.catchError = (error, type) => {
      if (!(error instanceof Object && 'message' in error && late.test(String(error.message)))) catchError(error, type);
    };
  }
}
