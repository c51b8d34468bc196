import type { Estimator } from '../../contract/estimator';
import { freePartial, InterruptedError, InvalidInputError } from '../../core/errors';
import { longWork, type PartOptions } from '../../core/host';
import { inParts } from '../../core/parts';
import { rng } from '../../core/rng';
import type { Rows } from '../../core/rows';
import type { Model } from '../../simulation/model';
import { simulate } from '../../simulation/simulate';
import type { Simulations } from '../../simulation/simulations';
import { FailedRoundError } from './failed-round';
import { keptRounds, roundRecord, type WholeRound } from './kept-rounds';
import { comparedDraws, posteriorMove } from './posterior-move';
import { roundSteps, type RunStep } from './round-steps';
import { RoundsSoFarState } from './rounds-so-far';
import { requireSameRun, requireSameSimulator } from './run-identity';
import { runPlan, type InRoundsOptions, type RunPlan } from './run-options';
import type { RoundContext, RoundProposal, SequentialMethod } from './sequential-method';
import { describedRun, type SequentialRun } from './sequential-run';

/** The seeds of a round's parts. */
type RoundSeeds = Readonly<Record<'simulate' | 'propose' | 'train' | 'draw' | 'compare', number>>;

function seedsOf(seed: number, round: number): RoundSeeds {
  const source = rng(seed).fork(round);
  const [simulate, propose, train, draw, compare] = [0, 1, 2, 3, 4].map((k) => source.fork(k).integer(0, 2 ** 31));
  return { simulate, propose, train, draw, compare };
}

/** The shares of a round's parts in the display: simulating, training. */
const shares = [1, 3];

/**
 * Inference for one set of observations in rounds: simulate, train, and propose the next round's parameters where the
 * posterior is found to be.
 *
 * The first round draws parameters from the prior. Each round's estimator starts, if the method's settings do not say
 * otherwise, from the weights of the round before. The run ends after all rounds, or when the posterior no longer
 * moves. Of earlier rounds it holds the simulations, and estimators as plain numbers.
 *
 * @param model a prior and a simulator, such as a task.
 * @param xObs the observations [n, L].
 * @param method such as `sequential.snpeC()`.
 * @param options see {@link InRoundsOptions}.
 * @returns the run with its last estimator, its posterior given `xObs`, and how each round went; the caller disposes
 * it.
 * @throws InvalidInputError before any work for a model, observations, a method or options that are none, for what the
 * method is not for, and for a store that holds rounds of another run.
 * @throws InterruptedError on interrupt, with the run of the whole rounds as `partial`.
 * @throws FailedRoundError for a round that could not be used, whose `cause` says why, with the run of the rounds
 * before as `partial`.
 * @example
 * const method = sequential.snpeC({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 * const samples = await run.posterior.sample(500, { seed: 2 }); // shape [500, 2]
 */
export async function inRounds<E extends Estimator>(
  model: Model,
  xObs: Rows,
  method: SequentialMethod<E>,
  options: InRoundsOptions,
): Promise<SequentialRun<E>> {
  const plan = runPlan(model, xObs, method, options);
  const soFar = new RoundsSoFarState<E>();
  const named = (run: SequentialRun<E>): SequentialRun<E> => describedRun(run, method.spec.name);
  const loop = new RoundLoop(model, method, options, plan, soFar);
  await loop.restore();
  const left = plan.calls.slice(soFar.reports.length).flatMap(() => shares);
  const total = left.reduce((sum, each) => sum + each, 0);
  try {
    await longWork(method.spec.name, total, options, async (progress, signal) => {
      const step = roundSteps(inParts(progress, left), { signal, progress: options.progress });
      while (!loop.ended) await loop.next(step, signal);
      progress.end(loop.ended === 'still' ? `the posterior no longer moves after round ${soFar.reports.length}` : '');
    });
  } catch (error) {
    const run = soFar.run(plan.xObs, 'stopped');
    throw stoppedRound(error, `round ${soFar.reports.length + 1} of ${plan.calls.length}`, run && named(run));
  }
  return named(soFar.run(plan.xObs, loop.ended!)!);
}

/** What is thrown where a round was stopped; what its own error carries is freed. */
function stoppedRound<E extends Estimator>(error: unknown, round: string, partial?: SequentialRun<E>): unknown {
  freePartial(error);
  const kept = partial ? ` The error's \`partial\` is the run of the rounds before.` : '';
  if (error instanceof InterruptedError)
    return new InterruptedError(`inRounds: interrupted in ${round}.${kept}`, partial);
  if (error instanceof InvalidInputError && !partial) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new FailedRoundError(`inRounds: ${round}: ${message}${kept}`, partial, { cause: error });
}

/** The rounds of one run, one after the other. */
class RoundLoop<E extends Estimator> {
  /** Why there is no further round. */
  ended?: 'all rounds' | 'still';

  constructor(
    private readonly model: Model,
    private readonly method: SequentialMethod<E>,
    private readonly options: InRoundsOptions,
    private readonly plan: RunPlan,
    private readonly soFar: RoundsSoFarState<E>,
  ) {}

  /** Takes the whole rounds that are kept. */
  async restore(): Promise<void> {
    const { keep, seed } = this.options;
    if (!keep) return;
    const rounds = await keptRounds(keep);
    try {
      for (const round of rounds) requireSameRun(keep.name, round.run, this.plan.identity);
      if (rounds.length > 0)
        await requireSameSimulator(keep.name, this.model, rounds[0].simulations, seedsOf(seed, 1).simulate);
      for (const [i, round] of rounds.entries()) {
        const isLastKept = i === rounds.length - 1;
        const estimator = isLastKept ? this.method.restore(round.estimator, this.model) : undefined;
        const draws = estimator && (await this.draw(estimator, seedsOf(seed, i + 1)));
        const wasStill = this.soFar.isStill;
        this.soFar.add(round, this.soFar.joined(round.simulations), estimator, draws);
        this.end(wasStill);
      }
    } finally {
      for (const { simulations } of rounds) simulations.dispose();
    }
  }

  /** One round, whole or not at all. */
  async next(step: RunStep, signal: AbortSignal): Promise<void> {
    const { soFar, plan, method, options, model } = this;
    const began = performance.now();
    const round = soFar.reports.length + 1;
    const seeds = seedsOf(options.seed, round);
    const facts: Record<string, number> = {};
    const context = (seed: number, work: PartOptions): RoundContext => ({
      prior: model.prior,
      xObs: plan.xObs,
      seed,
      tell: (more) => void Object.assign(facts, more),
      work,
    });
    const made: { dispose(): void }[] = [];
    const owned = <T extends { dispose(): void }>(each: T): T => (made.push(each), each);
    let proposal: RoundProposal | undefined;
    try {
      const simulations = await step(`round ${round}`, async (work) => {
        const proposing = context(seeds.propose, work);
        proposal = soFar.estimator && (await method.propose(soFar.estimator, proposing));
        return this.simulate(plan.calls[round - 1], seeds.simulate, work, proposal);
      });
      const all = soFar.joined(owned(simulations));
      owned(all);
      this.requireWidth(all);
      const isLast = round === plan.calls.length || (method.hasFinale === true && soFar.isStill);
      const sizes = [...soFar.reports.map((report) => report.simulations), simulations.x.shape[0]];
      const rounds = { simulations: all, sizes, records: soFar.records };
      const estimator = await step(`round ${round}`, (work) =>
        method.train(rounds, { ...context(seeds.train, work), isLast, proposal, before: soFar.estimator }),
      );
      owned(estimator);
      const draws = await this.draw(estimator, seeds, signal);
      const moved = soFar.draws && posteriorMove(soFar.draws, draws, seeds.compare);
      const isStill = options.stopWhenStill !== false && moved !== undefined && !(moved.squaredMmd > moved.byChance);
      const seconds = (performance.now() - began) / 1000;
      const { dropped } = simulations;
      const report = { round, simulations: sizes[round - 1], dropped, seconds, ...(moved && { moved }), method: facts };
      const whole: WholeRound = { run: plan.identity, report, estimator: estimator.record(), simulations, isStill };
      if (signal.aborted) throw new InterruptedError('interrupted');
      await options.keep?.write(round, roundRecord(whole));
      const wasStill = soFar.isStill;
      made.splice(0);
      simulations.dispose();
      soFar.add(whole, all, estimator, draws);
      this.end(wasStill);
    } finally {
      for (const each of made) each.dispose();
      proposal?.dispose?.();
    }
  }

  private simulate(calls: number, seed: number, work: PartOptions, proposal?: RoundProposal): Promise<Simulations> {
    const { invalid, mostInvalid } = this.options;
    return simulate(this.model, calls, {
      ...work,
      seed,
      ...(invalid && { invalid }),
      ...(mostInvalid !== undefined && { mostInvalid }),
      ...(proposal && { proposal: withoutDisplay(proposal) }),
    });
  }

  private requireWidth({ x }: Simulations): void {
    const [given, width] = [this.plan.xObs[0].length, x.shape[1]];
    if (given === width) return;
    const detail = { expected: `observations of ${width} values, as the simulator gives`, received: `${given}` };
    throw new InvalidInputError('inRounds: xObs', detail);
  }

  private async draw(estimator: E, { draw }: RoundSeeds, signal?: AbortSignal): Promise<number[][]> {
    const posterior = estimator.given(this.plan.xObs);
    try {
      const drawn = await posterior.sample(comparedDraws, { seed: draw, signal, progress: false });
      const rows = drawn.arraySync();
      drawn.dispose();
      return rows;
    } finally {
      posterior.dispose();
    }
  }

  /** Decides whether the round that was added was the last. */
  private end(wasStill: boolean): void {
    const { soFar, plan, method } = this;
    const isStill = method.hasFinale ? wasStill : soFar.isStill;
    if (soFar.reports.length === plan.calls.length) this.ended = 'all rounds';
    else if (isStill) this.ended = 'still';
  }
}

/** The proposal without a display of its own: the round has one. */
function withoutDisplay(proposal: RoundProposal): RoundProposal {
  return { ...proposal, sample: (count, options) => proposal.sample(count, { ...options, progress: false }) };
}
