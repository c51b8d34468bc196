import { createRequire } from 'node:module';
import type { Host, Progress } from '../core/host';
import { onInterrupt } from './interrupts';
import { progressLine, progressParts, ProgressState } from './progress-state';

/** Milliseconds between two lines where the output is a file or a pipe. */
const LINE_MS = 10_000;
/** Work that ends sooner prints nothing. */
const QUIET_MS = 300;

/** Where a terminal host writes: a stream such as `process.stderr`. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What a terminal host needs from its surroundings; tests substitute their own. */
export interface TerminalHostOptions {
  /** Default `process.stderr`. */
  stream?: TerminalStream;
  /** Milliseconds. Default `performance.now`. */
  now?: () => number;
}

/**
 * A host for terminals and logs: live bars on stderr, or sparse lines where stderr is not a terminal.
 *
 * Lines come at the start, at most every ten seconds, and at the end. Ctrl-C asks the running work to stop; a second
 * one ends the process.
 *
 * @example
 * installHost(terminalHost());
 */
export function terminalHost(options: TerminalHostOptions = {}): Host {
  const stream = options.stream ?? process.stderr;
  const now = options.now ?? (() => performance.now());
  const bars = stream.isTTY ? new Bars(stream as NodeJS.WriteStream) : undefined;
  return {
    onInterrupt,
    report: (label, total) => {
      const state = new ProgressState(label, total, now);
      return bars ? bars.add(state, total) : sparseLines(stream, state, now);
    },
  };
}

function sparseLines(stream: TerminalStream, state: ProgressState, now: () => number): Progress {
  const started = now();
  let last: number | undefined;
  let ended = false;
  const line = (): void => {
    last = now();
    stream.write(`${progressLine(state.view())}\n`);
  };
  return {
    curve: () => {},
    resize: (total) => state.resize(total),
    update: (done, note) => {
      state.update(done, note);
      if (ended || now() - started < QUIET_MS) return;
      if (last === undefined || now() - last >= LINE_MS) line();
    },
    end: (note) => {
      if (ended) return;
      ended = true;
      state.end(note);
      if (last !== undefined || now() - started >= QUIET_MS) line();
    },
  };
}

type MultiBar = import('cli-progress').MultiBar;

/**
 * All bars of one terminal: nested work (a training inside a sweep) gets a line of its own, and loses it when it ends.
 */
class Bars {
  private multi: MultiBar | undefined;
  private open = 0;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  add(state: ProgressState, total: number): Progress {
    let known = Number.isFinite(total) && total > 0 ? total : 1;
    this.multi ??= this.start();
    this.open++;
    const multi = this.multi;
    const bar = multi.create(known, 0, { text: progressParts(state.view()).join(', '), label: state.view().label });
    const redraw = (): void => {
      const view = state.view();
      bar.update(Math.min(view.done, known), { text: progressParts(view).join(', ') });
    };
    let ended = false;
    return {
      curve: () => {},
      resize: (to) => {
        state.resize(to);
        known = to;
        bar.setTotal(to);
        redraw();
      },
      update: (done, note) => {
        state.update(done, note);
        redraw();
      },
      end: (note) => {
        if (ended) return;
        ended = true;
        state.end(note);
        redraw();
        bar.stop();
        if (--this.open > 0) multi.remove(bar);
        else {
          multi.stop();
          this.multi = undefined;
        }
      },
    };
  }

  private start(): MultiBar {
    const { MultiBar } = createRequire(__filename)('cli-progress') as typeof import('cli-progress');
    return new MultiBar({
      stream: this.stream,
      format: '{label} [{bar}] {text}',
      barsize: 24,
      fps: 5,
      hideCursor: false,
      gracefulExit: false,
      autopadding: false,
    });
  }
}
