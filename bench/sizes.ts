/** How much of everything is measured. */
export interface Sizes {
  readonly rounds: number;
  readonly matmuls: { readonly size: number; readonly products: number }[];
  readonly trainingSteps: {
    readonly compiled: number;
    readonly eager: number;
    readonly epochs: number;
    readonly sbiEpochs: number;
  };
  readonly forward: { readonly rows: number; readonly compiled: number; readonly eager: number }[];
  /** Samples of a draw, numbers of observations, levels that are run eagerly, rounds of a draw. */
  readonly draws: {
    readonly samples: number;
    readonly n: readonly number[];
    readonly eagerLevels: number;
    readonly rounds: number;
    readonly many: number;
  };
  /** Rounds of what is by default on either side. */
  readonly defaults: { readonly rounds: number };
  /** Rounds of the classical family, its draws, and epochs of a training; to its own end without. */
  readonly classical: {
    readonly rounds: number;
    readonly many: number;
    readonly few: number;
    readonly maxEpochs?: number;
  };
  /** Numbers of observations, and samples. */
  readonly memory: { readonly n: readonly number[]; readonly samples: number };
}

/** What the published numbers are measured with. */
export const full: Sizes = {
  rounds: 9,
  matmuls: [
    { size: 512, products: 300 },
    { size: 1024, products: 50 },
  ],
  trainingSteps: { compiled: 300, eager: 60, epochs: 30, sbiEpochs: 2 },
  forward: [
    { rows: 100, compiled: 1000, eager: 100 },
    { rows: 1000, compiled: 250, eager: 60 },
    { rows: 8000, compiled: 40, eager: 20 },
  ],
  draws: { samples: 1000, n: [1, 8], eagerLevels: 4, rounds: 3, many: 10_000 },
  defaults: { rounds: 2 },
  classical: { rounds: 2, many: 10_000, few: 1000 },
  memory: { n: [1, 10, 100, 1000, 10_000, 100_000], samples: 1000 },
};

/** To try the benchmark itself. */
export const quick: Sizes = {
  rounds: 3,
  matmuls: [{ size: 512, products: 50 }],
  trainingSteps: { compiled: 100, eager: 15, epochs: 10, sbiEpochs: 1 },
  forward: [
    { rows: 100, compiled: 200, eager: 20 },
    { rows: 1000, compiled: 50, eager: 10 },
  ],
  draws: { samples: 1000, n: [1, 8], eagerLevels: 2, rounds: 1, many: 2000 },
  defaults: { rounds: 1 },
  classical: { rounds: 1, many: 500, few: 200, maxEpochs: 2 },
  memory: { n: [10, 1000], samples: 256 },
};
