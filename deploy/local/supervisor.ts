// Keeps Muster's own processes running: starts each and waits until it says it is ready, says when one ends and starts it
// again with growing pauses, gives up on one that never stays up, and stops all of them in reverse order.
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { supervisorAnswer, type SupervisorAnswer, type SupervisorRequest } from '@muster/contracts/supervisor';
import { spawnWithLifeline, type LifelineChild } from './processes/lifeline.ts';

export interface ProcessPlan {
  /** As said to people: "control plane", "signer". */
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  logFile: string;
  /** Waits for the IPC message {type: 'ready'}; without it the process counts as ready when it has been started. */
  saysReady: boolean;
}

export interface RunningProcess {
  /** Of the program itself; undefined while it is down. */
  readonly pid: number | undefined;
  /** Asks over the IPC channel that only the parent has. Rejects after a deadline. */
  ask(question: Question): Promise<SupervisorAnswer>;
}

type WithoutId<Message> = Message extends unknown ? Omit<Message, 'request'> : never;
export type Question = WithoutId<SupervisorRequest>;

const ANSWER_DEADLINE_MS = 20_000;
const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;
const SLOW_STOP_SECONDS = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A process that has been up this long has recovered; its next end counts as the first again. */
const RECOVERED_MS = 60_000;
const MOST_RESTARTS = 6;

export class Supervisor {
  private readonly running: Supervised[] = [];
  private stopping = false;
  private readonly say: (sentence: string) => void;
  private readonly giveUp: (sentence: string) => void;

  /** `giveUp` hears of a process that does not stay up; the caller then stops everything. */
  constructor(say: (sentence: string) => void, giveUp: (sentence: string) => void) {
    this.say = say;
    this.giveUp = giveUp;
  }

  /** Starts it and resolves when it is ready; rejects with the end of its log when it cannot, and when all are being stopped. */
  async start(plan: ProcessPlan): Promise<RunningProcess> {
    // A stop that came while something else was waited for has passed this one over.
    if (this.stopping) throw new Error(`The ${plan.name} is not started: everything is being stopped.`);
    const supervised = new Supervised(plan);
    this.running.push(supervised);
    await supervised.launch();
    void this.keepUp(supervised);
    return supervised;
  }

  /** Stops all, the last started first, each within its deadline. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const supervised of this.running.toReversed()) {
      const began = Date.now();
      await supervised.stop();
      const seconds = (Date.now() - began) / 1000;
      if (seconds > SLOW_STOP_SECONDS) this.say(`The ${supervised.plan.name} took ${seconds.toFixed(1)} s to stop.`);
    }
  }

  private async keepUp(supervised: Supervised): Promise<void> {
    const { name, logFile } = supervised.plan;
    let restarts = 0;
    for (;;) {
      const upSince = Date.now();
      const how = await supervised.ended();
      if (this.stopping) return;
      if (Date.now() - upSince > RECOVERED_MS) restarts = 0;
      restarts += 1;
      if (restarts > MOST_RESTARTS) {
        this.giveUp(
          `The ${name} does not stay up (last end: ${how}). Its log is ${logFile}; it ends with:\n${supervised.tail()}`,
        );
        return;
      }
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** (restarts - 1), LONGEST_PAUSE_MS);
      this.say(`The ${name} ended (${how}). It is started again in ${pause / 1000} s; its log is ${logFile}.`);
      await sleep(pause);
      if (this.stopping) return;
      try {
        await supervised.launch();
        this.say(`The ${name} is up again.`);
      } catch {
        // It ended before it was ready; ended() answers at once and the next round counts it.
      }
    }
  }
}

class Supervised implements RunningProcess {
  readonly plan: ProcessPlan;
  private child: LifelineChild | undefined;
  private log: WriteStream | undefined;
  private lastLines: string[] = [];

  constructor(plan: ProcessPlan) {
    this.plan = plan;
  }

  async launch(): Promise<void> {
    const { command, args, env, cwd, saysReady, logFile } = this.plan;
    this.log ??= createWriteStream(logFile, { flags: 'a', mode: 0o600 });
    const child = spawnWithLifeline(command, args, { stopSignal: 'TERM', env, cwd, ipc: saysReady });
    this.child = child;
    for (const stream of [child.process.stdout, child.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.record(text));
    }
    if (!saysReady) return;
    const ready = new Promise<'ready'>((resolve) => {
      child.process.on('message', (message) => {
        if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready')
          resolve('ready');
      });
    });
    const outcome = await Promise.race([ready, child.exited, sleep(READY_DEADLINE_MS, 'deadline', { ref: false })]);
    if (outcome === 'ready') return;
    await child.stop(STOP_DEADLINE_MS);
    const how = outcome === 'deadline' ? `was not ready within ${READY_DEADLINE_MS / 1000} s` : `ended (${outcome})`;
    throw new Error(`The ${this.plan.name} ${how}. Its log is ${logFile}; it ends with:\n${this.tail()}`);
  }

  async ask(question: Question): Promise<SupervisorAnswer> {
    const child = this.child?.process;
    if (child === undefined) throw new Error(`The ${this.plan.name} is not running.`);
    const request = randomUUID();
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => finish(undefined), ANSWER_DEADLINE_MS);
      const listen = (message: unknown): void => {
        const answer = supervisorAnswer.safeParse(message);
        if (answer.success && answer.data.request === request) finish(answer.data);
      };
      const finish = (answer: SupervisorAnswer | undefined): void => {
        clearTimeout(late);
        child.off('message', listen);
        if (answer !== undefined) resolve(answer);
        else
          reject(
            new Error(`The ${this.plan.name} did not answer "${question.type}" within ${ANSWER_DEADLINE_MS / 1000} s.`),
          );
      };
      child.on('message', listen);
      child.send({ ...question, request });
    });
  }

  get pid(): number | undefined {
    return this.child?.programId();
  }

  async ended(): Promise<string> {
    return (await this.child?.exited) ?? 'never started';
  }

  async stop(): Promise<void> {
    await this.child?.stop(STOP_DEADLINE_MS);
    this.log?.end();
  }

  tail(): string {
    return this.lastLines.join('\n');
  }

  private record(text: string): void {
    this.log?.write(text);
    this.lastLines = [...this.lastLines, ...text.split('\n').filter((line) => line !== '')].slice(-15);
  }
}
