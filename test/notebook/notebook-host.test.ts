import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { installHost, longWork, silentHost } from '../../lib/core/host';
import { notebookHost } from '../../lib/notebook/notebook-host';
import { fakeCell } from './fake-cell';

let time = 0;
const setup = () => {
  const cell = fakeCell();
  return { cell, host: notebookHost({ cell: () => cell, now: () => time }) };
};
const advance = (milliseconds: number): void => {
  time += milliseconds;
  vi.advanceTimersByTime(milliseconds);
};

beforeEach(() => {
  time = 1000;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  installHost(silentHost);
});

describe('notebookHost', () => {
  test('draws at most five times a second into one display', () => {
    const { cell, host } = setup();
    const progress = host.report('Training', 1000);
    for (let i = 1; i <= 1000; i++) {
      advance(2);
      progress.update(i);
    }
    progress.end();
    expect(cell.sent.length).toBeGreaterThan(5);
    expect(cell.sent.length).toBeLessThanOrEqual(2 * 5 + 1);
    expect(new Set(cell.sent.map((output) => output.displayId)).size).toBe(1);
    expect(cell.sent.map((output) => output.update)).toEqual([false, ...cell.sent.slice(1).map(() => true)]);
  });

  test('shows label, count, rate, elapsed time, time left and the note', () => {
    const { cell, host } = setup();
    const progress = host.report('Simulating <x>', 2000);
    advance(10_000);
    progress.update(500, 'loss 0.31');
    advance(1000);
    const text = cell.sent.at(-1)?.bundle['text/plain'];
    expect(text).toBe('Simulating <x> 500/2,000 (25 %), 45.5/s, 11 s, about 33 s left, loss 0.31');
    expect(cell.sent.at(-1)?.bundle['text/html']).toContain('Simulating &#60;x&#62;');
    expect(cell.sent.at(-1)?.bundle['text/html']).toContain('<progress value="500" max="2000"');
  });

  test('draws an update that came too early once its time has come', () => {
    const { cell, host } = setup();
    const progress = host.report('Sampling', 10);
    advance(1000);
    progress.update(1);
    const before = cell.sent.length;
    progress.update(2);
    expect(cell.sent.length).toBe(before);
    advance(200);
    expect(cell.sent.at(-1)?.bundle['text/plain']).toContain('2/10');
  });

  test('keeps the final state, with the loss curve as an image that exports keep', () => {
    const { cell, host } = setup();
    const progress = host.report('Training', 100);
    advance(400);
    progress.curve([
      { epoch: 1, training: 1, validation: 1.2 },
      { epoch: 2, training: 0.5, validation: 0.7 },
    ]);
    advance(300);
    expect(cell.sent.at(-1)?.bundle['text/html']).toContain('<svg');
    progress.end('stopped early');
    progress.update(100);
    advance(1000);
    const html = String(cell.sent.at(-1)?.bundle['text/html']);
    expect(html).toContain('stopped early');
    const svg = Buffer.from(/base64,([^"]+)/.exec(html)?.[1] ?? '', 'base64').toString();
    expect(svg).toContain('>validation</text>');
    expect(svg.match(/<polyline/g)).toHaveLength(2);
  });

  test('leaves no output for work that is over at once', () => {
    const { cell, host } = setup();
    host.report('Sampling', 1).end();
    advance(5000);
    expect(cell.sent).toEqual([]);
  });

  test('works without a known total and without a cell', () => {
    const { cell, host } = setup();
    const progress = host.report('Searching', Infinity);
    advance(500);
    progress.update(7);
    advance(500);
    expect(cell.sent.at(-1)?.bundle['text/html']).toContain('<progress style');
    expect(() =>
      notebookHost({ cell: () => undefined })
        .report('x', 1)
        .end(),
    ).not.toThrow();
  });
});

describe('the interrupt', () => {
  test('stops long work once and leaves no listener behind', async () => {
    vi.useRealTimers();
    const before = process.listenerCount('SIGINT');
    installHost(setup().host);
    const work = longWork('Training', 1, {}, async (_, signal) => {
      await Promise.resolve();
      expect(process.listenerCount('SIGINT')).toBe(before + 1);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      return 'stopped';
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.emit('SIGINT');
    expect(await work).toBe('stopped');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  test('uses one listener however many pieces of work run', async () => {
    const { host } = setup();
    const before = process.listenerCount('SIGINT');
    const stops = Array.from({ length: 20 }, () => host.onInterrupt(() => {}));
    await Promise.resolve();
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    for (const stop of stops) stop();
    for (const stop of stops) stop();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  test('adds none in the synchronous part of a cell, where it would make the interrupt deadly', async () => {
    const before = process.listenerCount('SIGINT');
    const stop = setup().host.onInterrupt(() => {});
    expect(process.listenerCount('SIGINT')).toBe(before);
    stop();
    await Promise.resolve();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  test('leaves a process alive whose listening began in code that vm runs with breakOnSigint', () => {
    const child = spawnSync(process.execPath, ['-e', interruptedCell()], { encoding: 'utf8', timeout: 20_000 });
    expect([child.signal, child.stdout]).toEqual([null, 'kernel told, work told, alive']);
  });
});

/** A process that does as tslab does: its own SIGINT handler, and a cell run by vm, interrupted while it waits. */
function interruptedCell(): string {
  const typescript = JSON.stringify(require.resolve('typescript'));
  const source = JSON.stringify(join(__dirname, '../../lib/notebook/interrupts.ts'));
  return `
    const ts = require(${typescript}), fs = require('fs'), vm = require('vm');
    const compilerOptions = { module: 'CommonJS', target: 'ES2022' };
    const code = ts.transpileModule(fs.readFileSync(${source}, 'utf8'), { compilerOptions }).outputText;
    globalThis.library = {};
    new Function('exports', code)(library);
    process.on('SIGINT', () => process.stdout.write('kernel told, '));
    vm.runInThisContext('library.onInterrupt(() => process.stdout.write("work told, "))', { breakOnSigint: true });
    setTimeout(() => process.kill(process.pid, 'SIGINT'), 50);
    setTimeout(() => process.stdout.write('alive'), 300);`;
}
