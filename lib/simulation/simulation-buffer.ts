import { demand } from '../core/checks';
import type { Rng } from '../core/rng';
import type { Prior } from '../distributions/prior';
import { parameterRng } from '../distributions/prior-samples';
import type { SimulationArrays } from './simulations';

/** The finished rows, without those that have NaN or infinite values. */
export interface Collected extends SimulationArrays {
  /** The item of each row, ascending. */
  readonly items: Int32Array;
  /** The first parameters whose data were not finite. */
  readonly firstInvalid?: { readonly item: number; readonly theta: number[] };
}

/** The parameters and data of `n` items in two flat arrays, filled in any order. */
export class SimulationBuffer {
  private readonly theta: Float32Array;
  private x: Float32Array | undefined;
  private readonly finished: Uint8Array;
  private drawn = 0;
  private count = 0;
  private cursor = 0;

  constructor(
    readonly n: number,
    private readonly prior: Prior,
    private readonly root: Rng,
    given?: Float32Array,
  ) {
    this.theta = given ?? new Float32Array(n * prior.dim);
    if (given) this.drawn = n;
    this.finished = new Uint8Array(n);
  }

  /** Items done so far. */
  get done(): number {
    return this.count;
  }

  /** L, known after the first item. */
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

  /** Stores the data of a range. */
  put(start: number, x: Float32Array, dataDim: number): void {
    this.x ??= new Float32Array(this.n * dataDim);
    this.x.set(x, start * dataDim);
    const end = start + x.length / dataDim;
    for (let i = start; i < end; i++) {
      this.count += 1 - this.finished[i];
      this.finished[i] = 1;
    }
  }

  /** The stored data of a range. */
  data(start: number, count: number): Float32Array {
    const width = this.dataDim ?? 0;
    return this.x!.slice(start * width, (start + count) * width);
  }

  /** The next at most `most` items in a row that are not done. */
  next(most: number): { start: number; count: number } {
    while (this.finished[this.cursor]) this.cursor++;
    const start = this.cursor;
    let count = 0;
    while (count < most && start + count < this.n && !this.finished[start + count]) count++;
    return { start, count };
  }

  /** Moves the finite rows of the finished items together, in order. The buffer is used up. */
  collect(): Collected {
    const { dim } = this.prior;
    const width = this.dataDim ?? 0;
    const x = this.x ?? new Float32Array(0);
    const items = new Int32Array(this.count);
    let rows = 0;
    let firstInvalid: Collected['firstInvalid'];
    for (let i = 0; i < this.n; i++) {
      if (!this.finished[i]) continue;
      let isFinite = true;
      for (let k = i * width; isFinite && k < (i + 1) * width; k++) isFinite = Number.isFinite(x[k]);
      if (!isFinite) {
        firstInvalid ??= { item: i, theta: Array.from(this.theta.subarray(i * dim, (i + 1) * dim)) };
        continue;
      }
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
      calls: this.count,
      dropped: this.count - rows,
      firstInvalid,
    };
  }
}
