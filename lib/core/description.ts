/** What a value says of itself where it is printed, such as at the end of a notebook's cell. */
export interface Description {
  /** The first line: what it is, such as `NPSE estimator: 3 parameters, 7 data values`. */
  readonly title: string;
  /** What there is to know, and how to go on, each under a short name. */
  readonly facts: Readonly<Record<string, string>>;
  /** What a variable that holds it may be called. Default `value`. */
  readonly variable?: string;
  /** The function that gives it, as users write it, such as `npse.train`. */
  readonly givenBy?: string;
}

/** Node's `util.inspect`, and so `console.log`, prints what the method of this name returns. */
const PRINTED = Symbol.for('nodejs.util.inspect.custom');
const DESCRIBED = Symbol.for('scorebook.description');

/**
 * The value itself, which is printed as its description from now on instead of by its insides. Copies of it are not.
 * @param describe is asked at each printing.
 */
export function described<T extends object>(value: T, describe: () => Description): T {
  const hidden = (method: () => unknown): PropertyDescriptor => ({ value: method, configurable: true });
  return Object.defineProperties(value, {
    [PRINTED]: hidden(() => descriptionText(describe())),
    [DESCRIBED]: hidden(describe),
  });
}

/** What a value says of itself; undefined where it says nothing. */
export function descriptionOf(value: unknown): Description | undefined {
  const describe = (value as { [DESCRIBED]?: () => Description } | null | undefined)?.[DESCRIBED];
  return describe?.();
}

function descriptionText({ title, facts }: Description): string {
  const width = Math.max(...Object.keys(facts).map((name) => name.length));
  return [title, ...Object.entries(facts).map(([name, fact]) => `  ${name.padEnd(width)}  ${fact}`)].join('\n');
}

/** A number of things in words: `1 parameter`, `20,000 simulations`. */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`;
}
