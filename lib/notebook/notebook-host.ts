import { randomBytes } from 'node:crypto';
import { silentHost, type Host, type Progress } from '../core/host';
import { escapeHtml } from './html';
import { onInterrupt } from './interrupts';
import { currentCell, type CellWriter } from './kernel';
import { lossSketch } from './loss-sketch';
import { progressLine, progressParts, ProgressState, type ProgressView } from './progress-state';

/**
 * Milliseconds between two redraws of a live display: five a second is what a browser follows without losing messages.
 */
const REDRAW_MS = 200;
/** Work that ends sooner, without a loss curve, leaves no output in the cell. */
const QUIET_MS = 300;

/** What a notebook host needs from its surroundings; tests substitute their own. */
export interface NotebookHostOptions {
  /** Finds the cell to write to. Default: the running kernel's current cell. */
  cell?: () => CellWriter | undefined;
  /** Milliseconds. Default `performance.now`. */
  now?: () => number;
}

/**
 * A host for notebook cells: one live display for each piece of work, with a bar, rate, times, a note and the loss
 * curve.
 *
 * The display is redrawn at most five times a second and keeps its last state in the saved notebook. Work that takes
 * less than .3 s and draws no curve leaves nothing behind. Interrupting the cell stops the work and leaves the kernel
 * running.
 *
 * @example
 * installHost(notebookHost());
 */
export function notebookHost(options: NotebookHostOptions = {}): Host {
  const findCell = options.cell ?? currentCell;
  const now = options.now ?? (() => performance.now());
  return {
    onInterrupt,
    report: (label, total) => {
      const cell = findCell();
      return cell ? liveDisplay(cell, new ProgressState(label, total, now), now) : silentHost.report(label, total);
    },
  };
}

function liveDisplay(cell: CellWriter, state: ProgressState, now: () => number): Progress {
  const id = randomBytes(8).toString('hex');
  const started = now();
  let lastDrawn = -Infinity;
  let shown = false;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    lastDrawn = now();
    const view = state.view();
    cell.write({ 'text/html': progressHtml(view), 'text/plain': progressLine(view) }, id, shown);
    shown = true;
  };
  /** Draws now if a redraw is due, or else as soon as it is: the last update before a pause is not lost. */
  const drawSoon = (): void => {
    if (ended) return;
    const wait = Math.max(lastDrawn + REDRAW_MS, started + QUIET_MS) - now();
    if (wait <= 0) draw();
    else timer ??= setTimeout(draw, wait).unref();
  };
  drawSoon();
  return {
    update: (done, note) => {
      state.update(done, note);
      drawSoon();
    },
    resize: (total) => {
      state.resize(total);
      drawSoon();
    },
    curve: (points) => {
      state.curve(points);
      drawSoon();
    },
    end: (note) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      state.end(note);
      const view = state.view();
      if (shown || view.seconds * 1000 >= QUIET_MS || view.curve.length > 0) draw();
    },
  };
}

/** The final curve is an image: notebooks that are not trusted keep images and drop inline SVG. */
function progressHtml(view: ProgressView): string {
  const known = Number.isFinite(view.total) && view.total > 0;
  const full = known
    ? ` value="${Math.min(view.done, view.total)}" max="${view.total}"`
    : view.ended
      ? ' value="1" max="1"'
      : '';
  const sketch = lossSketch(view.curve);
  const curve =
    view.ended && sketch
      ? `<img alt="loss by epoch" src="data:image/svg+xml;base64,${Buffer.from(sketch).toString('base64')}">`
      : sketch;
  return [
    '<div>',
    `<div><b>${escapeHtml(view.label)}</b> <progress${full} style="width:240px;vertical-align:middle"></progress> `,
    `<span style="font-variant-numeric:tabular-nums">${escapeHtml(progressParts(view).join(' · '))}</span></div>`,
    curve ? `<div style="margin-top:6px">${curve}</div>` : '',
    '</div>',
  ].join('');
}
