// The agent's processes on a lab server, seen from this machine: which of them belong to which unit says the kernel.
import { readFileSync } from 'node:fs';
import { docker } from '../../lab/docker.ts';
import type { Machine } from '../../lab/machine.ts';
import { processorSecondsWithChildren, proportionalMegabytes, wakeUps } from '../process-cost.ts';

export interface Cost {
  processes: number;
  megabytes: number;
  /** Of a processor, since they began. */
  seconds: number;
  wakeUps: number;
}

const AGENT = /muster-(agentd|privd|guard)\.service/;

/** Of every process of the agent that runs at this moment. */
export async function costOfAgent(machine: Machine): Promise<Cost> {
  return costOf((await pidsOn(machine)).filter((pid) => AGENT.test(read(pid, 'cgroup'))));
}

/** Of the processes whose command line holds a text. */
export async function costOfProgram(machine: Machine, text: string): Promise<Cost> {
  return costOf((await pidsOn(machine)).filter((pid) => read(pid, 'cmdline').includes(text)));
}

async function pidsOn({ container }: Machine): Promise<number[]> {
  const [, ...lines] = (await docker(['top', container, '-eo', 'pid'])).split('\n');
  return lines.map(Number).filter((pid) => pid > 0);
}

function costOf(pids: readonly number[]): Cost {
  const cost: Cost = { processes: 0, megabytes: 0, seconds: 0, wakeUps: 0 };
  for (const pid of pids) {
    try {
      const [megabytes, seconds, woken] = [proportionalMegabytes(pid), processorSecondsWithChildren(pid), wakeUps(pid)];
      cost.processes += 1;
      cost.megabytes += megabytes;
      cost.seconds += seconds;
      cost.wakeUps += woken;
    } catch (error) {
      // It ended between two looks.
      if (!isGone(error)) throw error;
    }
  }
  return cost;
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
