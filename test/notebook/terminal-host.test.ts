import { afterEach, describe, expect, test, vi } from 'vitest';
import { silentHost } from '../../lib/core/host';
import { detectHost } from '../../lib/notebook/detect-host';
import { duration } from '../../lib/notebook/progress-state';
import { terminalHost } from '../../lib/notebook/terminal-host';

describe('terminalHost', () => {
  test('writes the first line, one every ten seconds, and the last where there is no terminal', () => {
    let time = 0;
    const lines: string[] = [];
    const host = terminalHost({ stream: { write: (text) => lines.push(text) }, now: () => time });
    const progress = host.report('Simulating', 250);
    for (let i = 1; i <= 250; i++) {
      time += 100;
      progress.update(i);
    }
    progress.end('done');
    progress.end();
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^Simulating 3\/250/);
    expect(lines[3]).toBe('Simulating 250/250 (100 %), 10/s, 25 s, done\n');
  });

  test('prints nothing for work that is over at once', () => {
    const lines: string[] = [];
    const progress = terminalHost({ stream: { write: (text) => lines.push(text) }, now: () => 0 }).report(
      'Sampling',
      1,
    );
    progress.update(1);
    progress.end();
    expect(lines).toEqual([]);
  });

  test('draws bars on a terminal, nested ones too, and stops its timers', async () => {
    const written: string[] = [];
    const stream = Object.assign(
      new (await import('node:stream')).Writable({ write: (chunk, _, next) => (written.push(String(chunk)), next()) }),
      { isTTY: true, columns: 100, rows: 30 },
    );
    const host = terminalHost({ stream });
    const outer = host.report('Sweep', 2);
    const inner = host.report('Training', 10);
    inner.update(5, 'loss 0.4');
    inner.end();
    outer.update(2);
    outer.end();
    expect(written.join('')).toContain('Sweep [');
    expect(written.join('')).toContain('2/2 (100 %)');
    host.report('Again', 1).end();
    expect(written.join('')).toContain('Again');
  });
});

describe('detectHost', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is silent if the environment says so', () => {
    vi.stubEnv('SCOREBOOK_PROGRESS', 'off');
    expect(detectHost()).toBe(silentHost);
  });

  test('is a terminal host outside a notebook', () => {
    vi.stubEnv('SCOREBOOK_PROGRESS', '');
    expect(detectHost()).not.toBe(silentHost);
  });
});

test('durations read as people say them', () => {
  expect([0.42, 12.4, 185, 7440].map(duration)).toEqual(['0.4 s', '12 s', '3 min 05 s', '2 h 04 min']);
});
