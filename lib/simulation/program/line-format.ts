/** A call as a program gets it. */
export interface ProgramCall {
  /** The call's number, which its answer repeats. */
  readonly id: number;
  /** The parameters. */
  readonly theta: readonly number[];
  /** A whole number from 0 to 2^31 - 1: the seed of the call's randomness. */
  readonly seed: number;
}

/** What a program answers: data, not checked, or its own word that the call failed. */
export type ProgramAnswer =
  { readonly id: number; readonly x: unknown } | { readonly id: number; readonly error: string };

/** How calls and answers are written as lines. */
export interface LineFormat {
  write(call: ProgramCall): string;
  /** The answer in a line; undefined where the line is none. */
  read(line: string): ProgramAnswer | undefined;
  /** What a line of an answer looks like, for messages. */
  readonly answer: string;
}

/** `{"id": 3, "theta": [0.5, 1], "seed": 7}` in, `{"id": 3, "x": [1.5, 2]}` or `{"id": 3, "error": "..."}` out. */
export const jsonLines: LineFormat = {
  write: ({ id, theta, seed }) => JSON.stringify({ id, theta, seed }),
  read: (line) => {
    const value = parsed(line) as { id?: unknown; x?: unknown; error?: unknown } | null | undefined;
    if (typeof value !== 'object' || value === null || !Number.isInteger(value.id)) return undefined;
    const id = value.id as number;
    if (value.error !== undefined && value.error !== null) return { id, error: textOf(value.error) };
    // a language that has no scalars of its own may write one value without brackets
    const { x } = value;
    return { id, x: Array.isArray(x) ? x.map(missingAsNaN) : typeof x === 'number' ? [x] : x };
  },
  answer: '{"id": 0, "x": [1.5, 2]}',
};

/** `3,7,0.5,1` (id, seed, theta) in, `3,1.5,2` or `3,error,...` out. */
export const csvLines: LineFormat = {
  write: ({ id, theta, seed }) => [id, seed, ...theta].join(','),
  read: (line) => {
    const [first, ...rest] = line.split(',').map((field) => field.trim());
    const id = Number(first);
    if (first === '' || !Number.isInteger(id)) return undefined;
    if (rest[0] === 'error') return { id, error: rest.slice(1).join(', ') || 'no reason given' };
    return { id, x: rest.map((field) => (field === '' ? field : numberOf(field))) };
  },
  answer: '0,1.5,2',
};

/** JSON as Python and others write it, with NaN and Infinity. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    try {
      return JSON.parse(line.replace(/(?<=[[,:\s])-?(?:NaN|Infinity)(?=[\],}\s])/g, 'null')) as unknown;
    } catch {
      return undefined;
    }
  }
}

/** The words of other languages for a number that is none. */
const missing = /^(na|[+-]?nan|[+-]?inf(inity)?)$/i;

function missingAsNaN(value: unknown): unknown {
  return value === null || (typeof value === 'string' && missing.test(value)) ? NaN : value;
}

function numberOf(field: string): unknown {
  if (missing.test(field)) return NaN;
  const value = Number(field);
  return Number.isNaN(value) ? field : value;
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : JSON.stringify(error);
}
