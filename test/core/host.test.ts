import { afterEach, describe, expect, it } from 'vitest';
import { breathe, installHost, longWork, silentHost, type Host } from '../../lib/core/host';

function recordingHost(): { host: Host; log: string[]; interrupt: () => void; listeners: () => number } {
  const log: string[] = [];
  const callbacks = new Set<() => void>();
  return {
    log,
    listeners: () => callbacks.size,
    interrupt: () => callbacks.forEach((callback) => callback()),
    host: {
      report: (label, total) => {
        log.push(`start ${label} ${total}`);
        return {
          update: (done) => void log.push(`update ${done}`),
          resize: (total) => void log.push(`resize ${total}`),
          curve: (points) => void log.push(`curve ${points.length}`),
          end: (note) => void log.push(`end ${note ?? ''}`.trim()),
        };
      },
      onInterrupt: (callback) => {
        callbacks.add(callback);
        return () => callbacks.delete(callback);
      },
    },
  };
}

describe('longWork', () => {
  afterEach(() => void installHost(silentHost));

  it('shows progress, ends the display once and returns the value', async () => {
    const { host, log, listeners } = recordingHost();
    installHost(host);
    const value = await longWork('Counting', 2, {}, async (progress) => {
      progress.update(1);
      progress.curve([]);
      return 42;
    });
    expect(value).toBe(42);
    expect(log).toEqual(['start Counting 2', 'update 1', 'curve 0', 'end']);
    expect(listeners()).toBe(0);
  });

  it('ends the display with the name of the error and removes its listeners', async () => {
    const { host, log, listeners } = recordingHost();
    installHost(host);
    await expect(longWork('Failing', 1, {}, async () => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    expect(log).toEqual(['start Failing 1', 'end RangeError']);
    expect(listeners()).toBe(0);
  });

  it('hears the host, a signal, and a signal that was aborted before', async () => {
    const recording = recordingHost();
    installHost(recording.host);
    const aborted = (signal?: AbortSignal, act?: () => void): Promise<boolean> =>
      longWork('Waiting', 1, { signal }, async (_, inner) => {
        act?.();
        await breathe();
        return inner.aborted;
      });
    const controller = new AbortController();
    expect(await aborted()).toBe(false);
    expect(await aborted(undefined, recording.interrupt)).toBe(true);
    expect(await aborted(controller.signal, () => controller.abort())).toBe(true);
    expect(await aborted(controller.signal)).toBe(true);
  });

  it('shows nothing with progress: false', async () => {
    const { host, log } = recordingHost();
    installHost(host);
    await longWork('Quiet', 1, { progress: false }, async (progress) => progress.update(1));
    expect(log).toEqual([]);
  });
});
