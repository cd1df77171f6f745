// What a process costs, read from the kernel.
import { readdirSync, readFileSync } from 'node:fs';

/** Of /proc/PID/stat: sysconf(_SC_CLK_TCK), which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of a processor, in user mode and in the kernel, since it began. */
export function processorSeconds(pid: number): number {
  const [user, kernel] = ticks(pid);
  return (user + kernel) / TICKS_PER_SECOND;
}

/** The same with what its children took that have ended. */
export function processorSecondsWithChildren(pid: number): number {
  return ticks(pid).reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

function ticks(pid: number): [user: number, kernel: number, childrenUser: number, childrenKernel: number] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [Number(fields[11]), Number(fields[12]), Number(fields[13]), Number(fields[14])];
}

export function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** Its share of what it holds together with others: the sum over processes is what they take of the machine. */
export function proportionalMegabytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** How often its threads have gone to sleep of their own accord, each of which somebody had to wake. */
export function wakeUps(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))
    .reduce((sum, status) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0), 0);
}
