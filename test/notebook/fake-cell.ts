import type { CellWriter, OutputBundle } from '../../lib/notebook/kernel';

/** A cell that remembers what it was sent. */
export function fakeCell(): CellWriter & { sent: { bundle: OutputBundle; displayId?: string; update: boolean }[] } {
  const sent: { bundle: OutputBundle; displayId?: string; update: boolean }[] = [];
  return { sent, write: (bundle, displayId, update = false) => void sent.push({ bundle, displayId, update }) };
}
