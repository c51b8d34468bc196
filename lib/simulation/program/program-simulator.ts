import { availableParallelism } from 'node:os';
import {
  demand,
  listOf,
  objectOf,
  requireCount,
  requireNumber,
  requireOneOf,
  requirePositive,
} from '../../core/checks';
import type { AsynchronousSimulator } from '../simulator';
import { csvLines, jsonLines } from './line-format';
import { ProgramPool } from './program-pool';

/** Options of `simulators.program`. */
export interface ProgramSimulatorOptions {
  /** The program and its arguments, such as `['python3', 'simulator.py']`. */
  command: readonly string[];
  /** How calls and answers are written as lines. Default `json`. */
  format?: 'json' | 'csv';
  /** Processes at most. Default: one for each core. */
  processes?: number;
  /** Calls that a process may have before it has answered, for programs that work on several at once. Default 1. */
  callsEach?: number;
  /** Seconds that a process may take for an answer; then it is ended, and the call has failed. Default 600. */
  timeLimit?: number;
  /** Seconds more that a process may take for its first answer, since it has to start up. Default 30. */
  startUp?: number;
  /** The folder in which the program runs. Default: the working directory. */
  folder?: string;
  /** Variables of the environment beside those of this process. */
  env?: Readonly<Record<string, string>>;
}

/** A simulator that is a program. */
export interface ProgramSimulator extends AsynchronousSimulator {
  /** Ends the processes; a later call starts new ones. They end by themselves with this process. */
  close(): void;
}

/**
 * A simulator that is a program in any language: it reads calls from standard input, one a line, and writes an answer
 * to standard output for each, with the call's id, in any order.
 *
 * With `json` a call is `{"id": 3, "theta": [0.5, 1], "seed": 7}` and its answer `{"id": 3, "x": [1.5, 2]}`; null, NaN
 * and infinity in x make the data invalid. With `csv` they are `3,7,0.5,1` (id, seed, theta) and `3,1.5,2`. Each answer
 * must be flushed. The seed, a whole number from 0 to 2^31 - 1, is the call's own: a program that takes all its
 * randomness from it gives the same data for any number of processes.
 *
 * Processes are started when they are needed and stay for further calls. A call has failed (see `invalid` of
 * `simulate`) where the answer is `{"id": 3, "error": "..."}` (`3,error,...`) or no data, where the process dies, takes
 * longer than the time limit, or writes something else; the process is then started again. Where several calls were
 * under way in it, each is made again by itself.
 * @throws InvalidInputError where an option is none. `simulate` throws SimulationError where the program cannot be
 * started, or dies or hangs three times before its first answer.
 * @example
 * // simulator.py:  import json, random, sys
 * //                for line in sys.stdin:
 * //                    call = json.loads(line)
 * //                    rng = random.Random(call['seed'])
 * //                    x = [value + rng.gauss(0, 1) for value in call['theta']]
 * //                    print(json.dumps({'id': call['id'], 'x': x}), flush=True)
 * const simulator = simulators.program({ command: ['python3', 'simulator.py'] });
 * const model = { prior: normal({ mean: [0, 0] }), simulator };
 */
export function programSimulator(options: ProgramSimulatorOptions): ProgramSimulator {
  const what = 'simulators.program';
  const given = objectOf(`${what}: options`, options, '{ command }');
  const command = listOf(`${what}: command`, given.command, "a program and its arguments, ['python3', 'simulator.py']");
  const isCommand = command.length > 0 && command.every((part) => typeof part === 'string') && command[0] !== '';
  demand(`${what}: command`, isCommand, "a program and its arguments, ['python3', 'simulator.py']", command);
  const { format = 'json', processes = availableParallelism(), callsEach = 1, timeLimit = 600, startUp = 30 } = given;
  requireOneOf(`${what}: format`, format, ['json', 'csv']);
  requireCount(`${what}: processes`, processes);
  requireCount(`${what}: callsEach`, callsEach);
  requirePositive(`${what}: timeLimit`, timeLimit);
  requireNumber(`${what}: startUp`, startUp, 'a number of seconds, 0 or more', (seconds) => seconds >= 0);
  const pool = new ProgramPool({
    launch: { command: [...command], folder: given.folder, env: given.env },
    format: format === 'json' ? jsonLines : csvLines,
    ...{ processes, callsEach, timeLimit, startUp },
  });
  return {
    // the seed is a positive number in 32 bits, with a sign, which all languages take
    later: (theta, rng, signal) => pool.run(theta, rng.integer(0, 2 ** 31), signal),
    atATime: processes * callsEach,
    close: () => pool.close(),
  };
}
