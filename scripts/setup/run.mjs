import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { environment } from './environment.mjs';
import { cache, root } from './paths.mjs';

/** A command that ended with another code than 0; `log` is what it printed. */
export class CommandFailed extends Error {
  name = 'CommandFailed';

  /**
   * @param {string} command
   * @param {string} log
   * @param {string} logFile
   */
  constructor(command, log, logFile) {
    super(`"${command}" failed`);
    this.log = log;
    this.logFile = logFile;
  }

  /** The end of the log, for the screen. */
  get tail() {
    return this.log.trimEnd().split('\n').slice(-25).join('\n');
  }
}

/**
 * Makes the function with which a step runs its commands: what they print goes to the step's log file.
 * @param {string} name names the log file
 */
export function logged(name) {
  const file = join(cache, 'setup', `${name}.log`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  /**
   * @param {string} command
   * @param {string[]} args
   * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
   * @returns {Promise<void>}
   */
  return (command, args, options = {}) =>
    new Promise((resolve, reject) => {
      const before = readFileSync(file, 'utf8').length;
      appendFileSync(file, `$ ${command} ${args.join(' ')}\n`);
      const output = openSync(file, 'a');
      const child = spawn(command, args, {
        cwd: options.cwd ?? root,
        env: environment(options.env),
        stdio: ['ignore', output, output],
      });
      closeSync(output);
      // At once: an installer that is still ending would be in the way of the next one.
      const stop = () => child.kill('SIGKILL');
      process.once('exit', stop);
      const fail = (/** @type {string} */ why) => {
        appendFileSync(file, `${why}\n`);
        reject(
          new CommandFailed(
            [command, ...args.slice(0, 4)].map((part) => basename(part)).join(' '),
            readFileSync(file, 'utf8').slice(before),
            file,
          ),
        );
      };
      child.on('error', (error) => fail(error.message));
      child.on('close', () => process.off('exit', stop));
      child.on('close', (code, signal) => (code === 0 ? resolve() : fail(`ended with ${signal ?? `code ${code}`}`)));
    });
}

/**
 * Whether a command ends with code 0; for the quick checks, so its output is dropped.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<boolean>}
 */
export function succeeds(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: environment(), stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
