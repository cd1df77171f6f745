// The agent's processes on a lab server, seen from this machine: which of them belong to which unit says the kernel.
import { readFileSync } from 'node:fs';
import { docker } from '../../lab/docker.ts';
import type { Machine } from '../../lab/machine.ts';
import { parentOf, processorSecondsWithChildren, proportionalMegabytes, wakeUps } from '../process-cost.ts';

export interface Cost {
  processes: number;
  /** Process id; 0 for a sum. */
  parent: number;
  megabytes: number;
  /** Of a processor, since they began. */
  seconds: number;
  wakeUps: number;
}

/** What processes took while somebody looked again and again: one that ended in between counts as it was last seen. */
export class CostOverTime {
  readonly #began: ReadonlyMap<number, Cost>;
  readonly #last: Map<number, Cost>;
  #now: ReadonlyMap<number, Cost>;

  constructor(first: ReadonlyMap<number, Cost>) {
    this.#began = first;
    this.#last = new Map(first);
    this.#now = first;
  }

  look(costs: ReadonlyMap<number, Cost>): void {
    for (const [pid, cost] of costs) this.#last.set(pid, cost);
    this.#now = costs;
  }

  /** Memory is of the last look, the rest since the first. */
  get total(): Cost {
    const sum = sumOf(this.#now.values());
    let [seconds, wakeUps] = [0, 0];
    for (const [pid, last] of this.#last) {
      // A program that it called and that has ended is in its parent's time already.
      const isToldByParent = !this.#now.has(pid) && this.#last.has(last.parent);
      if (isToldByParent) continue;
      seconds += last.seconds - (this.#began.get(pid)?.seconds ?? 0);
      wakeUps += last.wakeUps - (this.#began.get(pid)?.wakeUps ?? 0);
    }
    return { ...sum, seconds, wakeUps };
  }
}

function sumOf(costs: Iterable<Cost>): Cost {
  const sum: Cost = { processes: 0, parent: 0, megabytes: 0, seconds: 0, wakeUps: 0 };
  for (const cost of costs) {
    sum.processes += cost.processes;
    sum.megabytes += cost.megabytes;
    sum.seconds += cost.seconds;
    sum.wakeUps += cost.wakeUps;
  }
  return sum;
}

const AGENT = /muster-(agentd|privd|guard)\.service/;

/** Of every process of the agent that runs at this moment. */
export async function costOfAgent(machine: Machine): Promise<Map<number, Cost>> {
  return costOf((await pidsOn(machine)).filter((pid) => AGENT.test(read(pid, 'cgroup'))));
}

/** Of the processes whose command line holds a text. */
export async function costOfProgram(machine: Machine, text: string): Promise<Map<number, Cost>> {
  return costOf((await pidsOn(machine)).filter((pid) => read(pid, 'cmdline').includes(text)));
}

async function pidsOn({ container }: Machine): Promise<number[]> {
  const [, ...lines] = (await docker(['top', container, '-eo', 'pid'])).split('\n');
  return lines.map(Number).filter((pid) => pid > 0);
}

function costOf(pids: readonly number[]): Map<number, Cost> {
  const costs = new Map<number, Cost>();
  for (const pid of pids) {
    try {
      const [megabytes, seconds] = [proportionalMegabytes(pid), processorSecondsWithChildren(pid)];
      costs.set(pid, { processes: 1, parent: parentOf(pid), megabytes, seconds, wakeUps: wakeUps(pid) });
    } catch (error) {
      // It ended between two looks.
      if (!isGone(error)) throw error;
    }
  }
  return costs;
}

function read(pid: number, what: 'cgroup' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
