import * as library from 'scorebook';

/** Small networks. */
const network = library.denoisingNetwork({ width: 8, hidden: 1 });
const density = library.densities.mixture({ components: 2, width: 8, hidden: 1 });

/**
 * The library with an `npse.train` that takes these settings, and methods in rounds with small networks, where the
 * code that is run names no others: what it says is tested, not how long it takes.
 */
export function withShortTraining(short: library.inference.NpseSettings): typeof library {
  const train: typeof library.npse.train = (pairs, options) => library.npse.train(pairs, { ...short, ...options });
  return { ...library, npse: { ...library.npse, train }, sequential: { ...library.sequential, ...inRounds(short) } };
}

/** The methods in rounds whose default networks are large. */
function inRounds(short: library.inference.NpseSettings): Partial<typeof library.sequential> {
  const { snl, snlse, snpeB, snpeC, snpseA, snpseB, snpseC, tsnpe, tsnpse } = library.sequential;
  const score = { ...short, network };
  return {
    snl: (options) => snl({ density, ...options }),
    snlse: (options) => snlse({ ...score, ...options }),
    snpeB: (options) => snpeB({ density, ...options }),
    snpeC: (options) => snpeC({ density, ...options }),
    snpseA: (options) => snpseA({ ...score, ...options }),
    snpseB: (options) => snpseB({ ...score, ...options }),
    snpseC: (options) => snpseC({ ...score, ...options }),
    tsnpe: (options) => tsnpe({ density, ...options }),
    tsnpse: (options) => tsnpse({ ...score, ...options }),
  };
}
