import * as library from 'scorebook';

/** The library with an `npse.train` that takes these settings where the code that is run names no others. */
export function withShortTraining(short: library.inference.NpseSettings): typeof library {
  const train: typeof library.npse.train = (pairs, options) => library.npse.train(pairs, { ...short, ...options });
  return { ...library, npse: { ...library.npse, train } };
}
