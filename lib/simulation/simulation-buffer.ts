import { demand } from '../core/checks';
import type { Rng } from '../core/rng';
import type { Prior } from '../distributions/prior';
import { parameterRng } from '../distributions/prior-samples';
import type { CallCounts } from './invalid-calls';
import type { SimulatedRange } from './simulate-range';
import { shownFaults, type SimulationFault } from './simulation-error';
import type { SimulationArrays } from './simulations';

/** The finished rows, without those whose call failed or gave NaN or infinite values. */
export interface Collected extends SimulationArrays {
  /** The item of each row, ascending. */
  readonly items: Int32Array;
  /** The first parameters whose data were not finite. */
  readonly firstInvalid?: { readonly item: number; readonly theta: number[] };
}

/** What has become of an item. */
const [open, good, nonFinite, broken] = [0, 1, 2, 3];

/** The parameters and data of `n` items in two flat arrays, filled in any order. */
export class SimulationBuffer implements CallCounts {
  private readonly theta: Float32Array;
  private x: Float32Array | undefined;
  private readonly state: Uint8Array;
  private drawn = 0;
  private cursor = 0;
  /** Items of each state. */
  private readonly count: [number, number, number, number];
  private known: SimulationFault[] = [];

  constructor(
    readonly n: number,
    private readonly prior: Prior,
    private readonly root: Rng,
    given?: Float32Array,
  ) {
    this.theta = given ?? new Float32Array(n * prior.dim);
    if (given) this.drawn = n;
    this.state = new Uint8Array(n);
    this.count = [n, 0, 0, 0];
  }

  /** Items done so far. */
  get done(): number {
    return this.n - this.count[open];
  }

  /** Items whose call failed. */
  get failed(): number {
    return this.count[broken];
  }

  /** Items whose call failed, or gave NaN or infinite data. */
  get invalid(): number {
    return this.count[nonFinite] + this.failed;
  }

  /** What went wrong at the first failed calls, by their items. */
  get faults(): readonly SimulationFault[] {
    return this.known;
  }

  /** L, known once a call has gone well. */
  get dataDim(): number | undefined {
    return this.x && this.x.length / this.n;
  }

  /** A copy of the parameters [count * D] of a range, drawn from the prior where that has not been done. */
  thetas(start: number, count: number): Float32Array {
    const { dim } = this.prior;
    for (; this.drawn < start + count; this.drawn++) {
      const draw = this.prior.sample(parameterRng(this.root, this.drawn));
      demand(
        `simulate: the prior's draw ${this.drawn}`,
        draw.length === dim && draw.every(Number.isFinite),
        `${dim} finite numbers`,
        draw,
      );
      this.theta.set(draw, this.drawn * dim);
    }
    return this.theta.slice(start * dim, (start + count) * dim);
  }

  /** Stores what came of a range. */
  put(start: number, { x, dataDim, done, failed, faults }: SimulatedRange): void {
    if (dataDim !== undefined) {
      this.x ??= new Float32Array(this.n * dataDim);
      this.x.set(x, start * dataDim);
    }
    const failing = new Set(failed);
    for (let i = 0; i < done; i++) {
      const state = failing.has(start + i) ? broken : areFinite(x, i, dataDim!) ? good : nonFinite;
      this.count[this.state[start + i]]--;
      this.count[state]++;
      this.state[start + i] = state;
    }
    this.known = [...this.known, ...faults].sort((a, b) => a.item - b.item).slice(0, shownFaults);
  }

  /** The first item whose call gave finite data. */
  firstGood(): number {
    return this.state.indexOf(good);
  }

  /** Whether the call of an item failed. */
  hasFailed(item: number): boolean {
    return this.state[item] === broken;
  }

  /** The stored data of a range. */
  data(start: number, count: number): Float32Array {
    const width = this.dataDim ?? 0;
    return this.x!.slice(start * width, (start + count) * width);
  }

  /** The next at most `most` items in a row that are not done. */
  next(most: number): { start: number; count: number } {
    while (this.state[this.cursor] !== open && this.cursor < this.n) this.cursor++;
    const start = this.cursor;
    let count = 0;
    while (count < most && start + count < this.n && this.state[start + count] === open) count++;
    return { start, count };
  }

  /** Moves the finite rows of the finished items together, in order. The buffer is used up. */
  collect(): Collected {
    const { dim } = this.prior;
    const width = this.dataDim ?? 0;
    const x = this.x ?? new Float32Array(0);
    const first = this.state.indexOf(nonFinite);
    const thetaOf = (i: number): number[] => Array.from(this.theta.subarray(i * dim, (i + 1) * dim));
    const firstInvalid = first < 0 ? undefined : { item: first, theta: thetaOf(first) };
    const items = new Int32Array(this.count[good]);
    let rows = 0;
    for (let i = 0; i < this.n; i++) {
      if (this.state[i] !== good) continue;
      if (rows !== i) {
        this.theta.copyWithin(rows * dim, i * dim, (i + 1) * dim);
        x.copyWithin(rows * width, i * width, (i + 1) * width);
      }
      items[rows++] = i;
    }
    const whole = rows === this.n;
    return {
      theta: whole ? this.theta : this.theta.slice(0, rows * dim),
      x: whole ? x : x.slice(0, rows * width),
      items: items.subarray(0, rows),
      rows,
      calls: this.done,
      dropped: this.invalid,
      firstInvalid,
    };
  }
}

function areFinite(x: Float32Array, i: number, width: number): boolean {
  for (let k = i * width; k < (i + 1) * width; k++) if (!Number.isFinite(x[k])) return false;
  return true;
}
