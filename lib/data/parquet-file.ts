import { open } from 'node:fs/promises';
import { refuse } from '../core/checks';
import { entryText } from '../core/number-entries';
import type { ChooseColumns, NumberTable } from './number-table';

/**
 * The chosen columns of a Parquet file; nulls are NaN. It is read column by column.
 * @throws InvalidInputError for what is no Parquet file, and for texts and nested values in a chosen column.
 */
export async function readParquet(path: string, choose: ChooseColumns): Promise<NumberTable> {
  // packages of ES modules alone
  const { parquetMetadataAsync, parquetRead } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const source = {
      byteLength: size,
      slice: async (start: number, end = size): Promise<ArrayBuffer> => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
        await file.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      },
    };
    const metadata = await parquetMetadataAsync(source).catch((error: Error) =>
      refuse(path, 'a Parquet file', `one that is none (${error.message})`),
    );
    const [root] = metadata.schema;
    const flat = topColumns(metadata.schema, root.num_children ?? 0);
    const names = choose(flat);
    const rows = Number(metadata.num_rows);
    const values = new Float32Array(rows * names.length);
    for (const [k, name] of names.entries()) {
      let nextRow = 0;
      let problem: string | undefined;
      await parquetRead({
        file: source,
        metadata,
        compressors,
        columns: [name],
        onChunk: ({ columnData, rowStart }) => {
          const start = rowStart ?? nextRow;
          for (let i = 0; i < columnData.length; i++) {
            const value = numberOf(columnData[i]);
            // what is thrown in here would be lost
            if (value === undefined) problem ??= `${entryText(columnData[i])} in row ${start + i}`;
            else values[(start + i) * names.length + k] = value;
          }
          nextRow = start + columnData.length;
        },
      });
      if (problem !== undefined) refuse(`${path}: column ${name}`, 'numbers', problem);
    }
    return { names, values, rows };
  } finally {
    await file.close();
  }
}

/** The names at the top of a schema, which lists all nodes depth first. */
function topColumns(schema: readonly { name: string; num_children?: number }[], count: number): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at++].num_children ?? 0;
    for (let i = 0; i < children; i++) skip();
  };
  for (let i = 0; i < count; i++) {
    names.push(schema[at].name);
    skip();
  }
  return names;
}

/** The number in a cell; undefined where it is none. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === null || value === undefined) return NaN;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'boolean' ? Number(value) : undefined;
}

/** A table as the bytes of a Parquet file, compressed by Snappy, of columns in float32. */
export async function parquetBytes({ names, values, rows }: NumberTable): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer');
  const width = names.length;
  const columnData = names.map((name, k) => ({
    name,
    data: Float32Array.from({ length: rows }, (_, i) => values[i * width + k]),
    type: 'FLOAT' as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
