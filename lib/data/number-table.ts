/** A table of numbers with names, row after row; what is missing in the file is NaN. */
export interface NumberTable {
  /** The columns' names. */
  readonly names: readonly string[];
  /** The numbers [rows * columns]. */
  readonly values: Float32Array;
  readonly rows: number;
}

/** Chooses columns of a file by its names, in the order wanted; throws where the file has not what is wanted. */
export type ChooseColumns = (names: readonly string[]) => readonly string[];

const blockSize = 2 ** 20;

/** Numbers one after the other, of a number that is not known before; they are held once, and twice at the end. */
export class GrowingNumbers {
  private readonly full: Float32Array[] = [];
  private block = new Float32Array(blockSize);
  private used = 0;

  push(value: number): void {
    if (this.used === blockSize) {
      this.full.push(this.block);
      this.block = new Float32Array(blockSize);
      this.used = 0;
    }
    this.block[this.used++] = value;
  }

  /** All of them. */
  joined(): Float32Array {
    const all = new Float32Array(this.full.length * blockSize + this.used);
    this.full.forEach((block, i) => all.set(block, i * blockSize));
    all.set(this.block.subarray(0, this.used), this.full.length * blockSize);
    return all;
  }
}
