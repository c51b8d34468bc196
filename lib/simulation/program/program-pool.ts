import { BrokenSimulator, FailedCall } from '../simulation-error';
import type { LineFormat, ProgramCall } from './line-format';
import { ProgramProcess, type Launch } from './program-process';

/** How a pool runs its program. */
export interface PoolSettings {
  readonly launch: Launch;
  readonly format: LineFormat;
  /** Processes at most. */
  readonly processes: number;
  /** Calls that a process may have before it has answered. */
  readonly callsEach: number;
  /** Seconds a process may take for an answer. */
  readonly timeLimit: number;
  /** Seconds more that it may take for its first. */
  readonly startUp: number;
}

/** A call that waits for its answer. */
interface Pending {
  readonly call: ProgramCall;
  readonly resolve: (x: ArrayLike<number>) => void;
  readonly reject: (error: Error) => void;
  /** It was under way with others as its process died or hung: it is made again by itself, to know the culprit. */
  alone: boolean;
}

/** One process and the calls that it has. */
interface Member {
  readonly process: ProgramProcess;
  readonly calls: Map<number, Pending>;
  hasAnswered: boolean;
  timer?: ReturnType<typeof setTimeout>;
}

/** A program that ends or hangs this often before it has ever answered does not work. */
const mostFalseStarts = 3;

  /** It was under way with others as its process died or hung: it is made again by itself, to know the cause. */
export class ProgramPool {
  private readonly members = new Set<Member>();
  private readonly queue: Pending[] = [];
  private nextId = 0;
  private falseStarts = 0;
  private hasAnswered = false;
  private hasWarned = false;

  constructor(private readonly settings: PoolSettings) {}

  /** Data of one call. @throws FailedCall where it failed; BrokenSimulator where the program does not work at all. */
  run(theta: readonly number[], seed: number, signal: AbortSignal): Promise<ArrayLike<number>> {
    return new Promise((resolve, reject) => {
      const call = { id: this.nextId++, theta, seed };
      const drop = (): void => this.drop(pending);
      const settled = (): void => signal.removeEventListener('abort', drop);
      const pending: Pending = {
        call,
        resolve: (x) => (settled(), resolve(x)),
        reject: (error) => (settled(), reject(error)),
        alone: false,
      };
      signal.addEventListener('abort', drop);
      this.queue.push(pending);
      this.handOut();
    });
  }

  /** Ends all processes; calls that are under way fail. A later call starts new ones. */
  close(): void {
    const closed = new FailedCall('was closed');
    for (const member of [...this.members]) this.remove(member).forEach((pending) => pending.reject(closed));
    this.queue.splice(0).forEach((pending) => pending.reject(closed));
  }

  private handOut(): void {
    for (let pending = this.queue[0]; pending !== undefined; pending = this.queue[0]) {
      const member = this.memberFor(pending);
      if (!member) return;
      this.queue.shift();
      if (member.calls.size === 0) member.process.hold(true);
      member.calls.set(pending.call.id, pending);
      if (member.calls.size === 1) this.watch(member);
      member.process.send(this.settings.format.write(pending.call));
    }
  }

  /** A process that can take a call: an idle one, a new one, or one that may have several. */
  private memberFor({ alone }: Pending): Member | undefined {
    const { processes, callsEach } = this.settings;
    let best: Member | undefined;
    for (const member of this.members) {
      const { size } = member.calls;
      const isFree = size < callsEach && ![...member.calls.values()].some((each) => each.alone);
      if (isFree && (!best || size < best.calls.size)) best = member;
    }
    if (best?.calls.size === 0) return best;
    if (this.members.size < processes) return this.start();
    return alone ? undefined : best;
  }

  private start(): Member {
    const member: Member = {
      process: new ProgramProcess(this.settings.launch, {
        line: (text) => this.read(member, text),
        ended: (how, neverStarted) => this.ended(member, how, neverStarted),
      }),
      calls: new Map(),
      hasAnswered: false,
    };
    this.members.add(member);
    return member;
  }

  private read(member: Member, line: string): void {
    const answer = this.settings.format.read(line);
    const pending = answer && member.calls.get(answer.id);
    if (!answer || !pending) return this.nonsense(member, line);
    member.calls.delete(answer.id);
    member.hasAnswered = this.hasAnswered = true;
    clearTimeout(member.timer);
    if (member.calls.size > 0) this.watch(member);
    else member.process.hold(false);
    if ('error' in answer) pending.reject(new FailedCall(`answered the error "${answer.error.slice(0, 300)}"`));
    else pending.resolve(answer.x as ArrayLike<number>);
    this.handOut();
  }

  private nonsense(member: Member, line: string): void {
    const text = line.length > 80 ? `${line.slice(0, 80)}...` : line;
    const remedy = 'Standard output is for answers alone: messages belong on standard error.';
    const isIdle = member.calls.size === 0;
    this.fail(member, `wrote "${text}" in place of an answer such as ${this.settings.format.answer}`, remedy);
    if (!isIdle || this.hasWarned) return;
    this.hasWarned = true;
    console.warn(`simulators.program: it wrote "${text}" where it had no call, and was started again. ${remedy}`);
  }

  private ended(member: Member, how: string, neverStarted: boolean): void {
    const problem = `${how}${neverStarted ? '' : ' before it answered'}${member.process.complaint}`;
    if (neverStarted) this.breakDown(problem);
    else this.fail(member, problem);
  }

  /** Waits for the next answer of a process, as long as it may take. */
  private watch(member: Member): void {
    const { timeLimit, startUp } = this.settings;
    const seconds = timeLimit + (member.hasAnswered ? 0 : startUp);
    clearTimeout(member.timer);
    const remedy = member.hasAnswered
      ? undefined
      : 'Each answer must leave the program at once, as one line: in Python print(..., flush=True).';
    const late = (): void => this.fail(member, `gave no answer within ${seconds} s${member.process.complaint}`, remedy);
    // timers take 31 bits
    member.timer = setTimeout(late, Math.min(1000 * seconds, 2 ** 31 - 1));
  }

  /** A process died, hung or talked nonsense: a call that it had alone has failed, several are made again alone. */
  private fail(member: Member, problem: string, remedy?: string): void {
    const calls = this.remove(member);
    if (!this.hasAnswered && calls.length > 0 && ++this.falseStarts >= mostFalseStarts) {
      this.queue.unshift(...calls);
      return this.breakDown(`${problem}, ${mostFalseStarts} times before its first answer`, remedy);
    }
    if (calls.length === 1) calls[0].reject(new FailedCall(problem, remedy));
    else this.queue.unshift(...calls.map((pending) => Object.assign(pending, { alone: true })));
    this.handOut();
  }

  private breakDown(problem: string, remedy?: string): void {
    const command = this.settings.launch.command.join(' ');
    const broken = new BrokenSimulator(`${command} ${problem}`, remedy);
    const calls = [...this.members].flatMap((member) => this.remove(member));
    this.falseStarts = 0;
    [...calls, ...this.queue.splice(0)].forEach((pending) => pending.reject(broken));
  }

  /** Nobody waits for a call any longer: the process that has it is ended, its other calls are made again. */
  private drop(pending: Pending): void {
    const waiting = this.queue.indexOf(pending);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    const member = [...this.members].find(({ calls }) => calls.get(pending.call.id) === pending);
    if (member) this.queue.unshift(...this.remove(member).filter((each) => each !== pending));
    pending.reject(new FailedCall('was stopped'));
    this.handOut();
  }

  /** Ends a process. @returns the calls that it had. */
  private remove(member: Member): Pending[] {
    clearTimeout(member.timer);
    this.members.delete(member);
    member.process.kill();
    return [...member.calls.values()];
  }
}
