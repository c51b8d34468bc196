import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** How a program is started. */
export interface Launch {
  readonly command: readonly string[];
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a process tells of itself. */
export interface ProcessEvents {
  readonly line: (text: string) => void;
  /** It is over: how it ended, or why it could not be started. */
  readonly ended: (how: string, neverStarted: boolean) => void;
}

/** What is kept of standard error. */
const tailLength = 2_000;
/** A line that is longer is no answer. */
const longestLine = 2 ** 28;

/** Processes do not outlive this one: programs that are at work would not see that their input has ended. */
const alive = new Set<ProgramProcess>();
let isListening = false;

/** One running program: lines in, lines out. It keeps this process from ending only while it is held. */
export class ProgramProcess {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private unfinished: string[] = [];
  private unfinishedLength = 0;
  private errors = '';
  private isOver = false;

  constructor(
    { command: [file, ...args], folder, env }: Launch,
    private readonly events: ProcessEvents,
  ) {
    this.child = spawn(file, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // a group of its own: an interrupt is for us to hear, and what the program starts ends with it
      detached: process.platform !== 'win32',
    });
    const { stdin, stdout, stderr } = this.child;
    stdin.on('error', () => {}); // the end of the process says more
    stdout.setEncoding('utf8').on('data', (chunk: string) => this.read(chunk));
    stderr.setEncoding('utf8').on('data', (chunk: string) => (this.errors = (this.errors + chunk).slice(-tailLength)));
    this.child.on('error', (error) => this.end(`could not be started (${error.message})`, true));
    this.child.on('exit', () => this.killGroup());
    this.child.on('close', (code, signal) => this.end(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    alive.add(this);
    if (!isListening) process.on('exit', () => alive.forEach((each) => each.kill()));
    isListening = true;
  }

  /** The end of what it wrote to standard error, as the end of a message; empty where it wrote nothing. */
  get complaint(): string {
    const lines = this.errors.trim().split('\n').slice(-3);
    return lines[0] === '' ? '' : `; its standard error ends with "${lines.join(' | ').slice(-300)}"`;
  }

  send(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /** Whether this process waits for it. */
  hold(isHeld: boolean): void {
    const parts = [this.child, this.child.stdin, this.child.stdout, this.child.stderr] as unknown as {
      ref(): void;
      unref(): void;
    }[];
    for (const part of parts) {
      if (isHeld) part.ref();
      else part.unref();
    }
  }

  /** Ends it at once; nothing is heard of it any more. */
  kill(): void {
    this.isOver = true;
    alive.delete(this);
    this.killGroup();
    this.child.stdin.destroy();
    this.child.stdout.destroy();
    this.child.stderr.destroy();
    this.hold(false);
  }

  private killGroup(): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }

  private end(how: string, neverStarted = false): void {
    if (this.isOver) return;
    this.isOver = true;
    alive.delete(this);
    this.events.ended(how, neverStarted);
  }

  private read(chunk: string): void {
    const lines = chunk.split('\n');
    const last = lines.pop()!;
    for (const [i, line] of lines.entries()) {
      const whole = i === 0 ? [...this.unfinished, line].join('') : line;
      if (i === 0) [this.unfinished, this.unfinishedLength] = [[], 0];
      if (whole.trim() !== '' && !this.isOver) this.events.line(whole.trimEnd());
    }
    this.unfinished.push(last);
    this.unfinishedLength += last.length;
    if (this.unfinishedLength > longestLine && !this.isOver) this.events.line(this.unfinished.join('').slice(0, 100));
  }
}
