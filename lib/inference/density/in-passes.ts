import * as tf from '@tensorflow/tfjs';
import { InterruptedError } from '../../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../../core/host';

/** Rows of one pass, which bounds the memory for any number of them. */
export const mostRows = 16_384;

/** What `pass` makes of a few rows at a time; between passes other cells run, and an interrupt is heard. */
export async function inPasses<T extends tf.Tensor>(
  label: string,
  count: number,
  options: LongWorkOptions,
  pass: (start: number, rows: number) => T,
): Promise<T[]> {
  const parts: T[] = [];
  const work = count > mostRows ? options : { ...options, progress: false };
  try {
    return await longWork(label, count, work, async (progress, signal) => {
      for (let start = 0; start < count; start += mostRows) {
        if (signal.aborted) throw new InterruptedError(`${label} was interrupted at row ${start} of ${count}.`);
        const rows = Math.min(mostRows, count - start);
        parts.push(pass(start, rows));
        progress.update(start + rows);
        await breathe();
      }
      return parts;
    });
  } catch (error) {
    tf.dispose(parts);
    throw error;
  }
}

/** All rows in one tensor; the parts are disposed. */
export function joined<T extends tf.Tensor>(parts: T[]): T {
  if (parts.length === 1) return parts[0];
  const all = tf.tidy(() => tf.concat(parts as tf.Tensor[], 0) as T);
  tf.dispose(parts);
  return all;
}
