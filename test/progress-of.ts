import { installHost, silentHost } from '../lib/core/host';

/** What long work reports of its progress: how much there is, and how much is done at each update. */
export async function progressOf(work: () => Promise<void>): Promise<{ total: number; seen: number[] }> {
  const seen: number[] = [];
  let total = 0;
  const before = installHost({
    ...silentHost,
    report: (_, of) => (
      (total = of),
      { update: (done) => void seen.push(done), resize: (to) => void (total = to), curve: () => {}, end: () => {} }
    ),
  });
  try {
    await work();
  } finally {
    installHost(before);
  }
  return { total, seen };
}
