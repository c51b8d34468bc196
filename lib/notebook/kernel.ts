import { createRequire } from 'node:module';

/**
 * One output of a cell: the same content in several MIME types, of which the front end shows the best that it supports.
 */
export type OutputBundle = Readonly<Record<string, unknown>>;

/** Sends outputs to the cell that was running when the writer was found. */
export interface CellWriter {
  /** Shows a bundle; a later one with the same `displayId` and `update` replaces it. */
  write(bundle: OutputBundle, displayId?: string, update?: boolean): void;
}

/** What tslab calls to send `display_data`; null until the first cell runs. */
type WriteDisplayData = (
  content: { data: OutputBundle; metadata: object; transient: { display_id?: string } },
  update?: boolean,
) => void;

const loadedModules = createRequire(__filename).cache;

/**
 * The running tslab kernel's way to the current cell, or `undefined` outside a notebook.
 *
 * tslab's own `display` sends one MIME type at a time; a bundle needs its kernel module, looked up among the modules
 * this process has loaded so that it is the running instance.
 */
export function currentCell(): CellWriter | undefined {
  const path = Object.keys(loadedModules).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  const kernel =
    path === undefined
      ? undefined
      : (loadedModules[path]?.exports as { lastWriteDisplayData?: WriteDisplayData | null });
  const send = kernel?.lastWriteDisplayData;
  if (!send) return undefined;
  return {
    write: (data, displayId, update = false) =>
      send({ data, metadata: {}, transient: displayId === undefined ? {} : { display_id: displayId } }, update),
  };
}
