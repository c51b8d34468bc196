import type { LossPoint } from '../core/host';

/** What a progress display shows at one moment. */
export interface ProgressView {
  readonly label: string;
  readonly total: number;
  readonly done: number;
  readonly note: string;
  readonly seconds: number;
  /** Units per second over the last ten seconds, or over the whole work once it has ended; 0 before the first unit. */
  readonly rate: number;
  readonly ended: boolean;
  readonly curve: readonly LossPoint[];
}

const WINDOW_SECONDS = 10;

/** Keeps the count and the time of one piece of work; `now` is in milliseconds. */
export class ProgressState {
  private done = 0;
  private note = '';
  private ended = false;
  private points: readonly LossPoint[] = [];
  private readonly started: number;
  private marks: { at: number; done: number }[];

  constructor(
    private readonly label: string,
    private total: number,
    private readonly now: () => number,
  ) {
    this.started = now();
    this.marks = [{ at: this.started, done: 0 }];
  }

  update(done: number, note?: string): void {
    this.done = done;
    if (note !== undefined) this.note = note;
    const at = this.now();
    if (at - this.marks[this.marks.length - 1].at < 100) return;
    this.marks.push({ at, done });
    while (this.marks.length > 2 && at - this.marks[1].at > WINDOW_SECONDS * 1000) this.marks.shift();
  }

  resize(total: number): void {
    this.total = total;
  }

  curve(points: readonly LossPoint[]): void {
    this.points = points.slice();
  }

  end(note?: string): void {
    this.ended = true;
    if (note !== undefined) this.note = note;
  }

  view(): ProgressView {
    const at = this.now();
    const from = this.ended ? { at: this.started, done: 0 } : this.marks[0];
    const span = (at - from.at) / 1000;
    return {
      label: this.label,
      total: this.total,
      done: this.done,
      note: this.note,
      seconds: (at - this.started) / 1000,
      rate: span > 0 ? (this.done - from.done) / span : 0,
      ended: this.ended,
      curve: this.points,
    };
  }
}

/** A view as one line: `label 120/400 (30 %), 12/s, 10 s, about 23 s left, note`. */
export function progressLine(view: ProgressView): string {
  return `${view.label} ${progressParts(view).join(', ')}`;
}

/** The count, rate, times and note of a view, each as a short text. */
export function progressParts(view: ProgressView): string[] {
  const known = Number.isFinite(view.total) && view.total > 0;
  const count = (value: number): string => Math.round(value).toLocaleString('en-US');
  const share = known
    ? `${count(view.done)}/${count(view.total)} (${Math.floor((100 * view.done) / view.total)} %)`
    : count(view.done);
  const left =
    known && !view.ended && view.rate > 0 && view.done < view.total
      ? [`about ${duration((view.total - view.done) / view.rate)} left`]
      : [];
  const rate = view.rate > 0 ? [`${Number(view.rate.toPrecision(3)).toLocaleString('en-US')}/s`] : [];
  return [share, ...rate, duration(view.seconds), ...left, ...(view.note ? [view.note] : [])];
}

/** Seconds as people say them: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 04 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${two(whole % 60)} s`
    : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
