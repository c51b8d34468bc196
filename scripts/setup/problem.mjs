/** Something that the user can put right; its message is the one sentence they should read, without a stack. */
export class Problem extends Error {
  name = 'Problem';

  /**
   * @param {string} message
   * @param {string} [details] such as the end of a log
   */
  constructor(message, details) {
    super(message);
    this.details = details;
  }
}

/**
 * Runs a script's main function; a Problem ends it with its sentence and exit code 1.
 * @param {() => Promise<number | void>} main returns the exit code, 0 by default
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.details) process.stderr.write(`\n${error.details.trimEnd()}\n`);
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
