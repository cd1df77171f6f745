// What each process takes of a processor while tasks go their way: what to look at when the whole is slow.
import type pg from 'pg';
import type { Installation } from '../../support/installation.ts';
import { processorSeconds } from '../process-cost.ts';

export interface CostMeter {
  /** Milliseconds of a processor since the meter was started, each divided by so many tasks, by process. */
  perTask(tasks: number): string;
}

/** PostgreSQL's connections are added up by the role they serve; those that were opened or closed meanwhile are left out. */
export async function startCostMeter(installation: Installation, admin: pg.Client): Promise<CostMeter> {
  const { rows } = await admin.query<{ pid: number; role: string }>(
    `select pid, usename as role from pg_stat_activity where usename like 'muster%'`,
  );
  const watched = [
    ...installation.names.map((name) => ({ pid: installation.pid(name), name })),
    ...rows.map(({ pid, role }) => ({ pid, name: `PostgreSQL for ${role}` })),
  ].map(({ pid, name }) => ({ pid, name, before: processorSeconds(pid) }));
  return {
    perTask(tasks) {
      const byName = Map.groupBy(watched, ({ name }) => name);
      return [...byName]
        .map(([name, processes]) => {
          const seconds = processes.reduce((sum, { pid, before }) => sum + secondsSince(pid, before), 0);
          return `${name} ${((seconds / tasks) * 1000).toFixed(2)}`;
        })
        .join(', ');
    },
  };
}

function secondsSince(pid: number, before: number): number {
  try {
    return processorSeconds(pid) - before;
  } catch (error) {
    // It has ended: the kernel forgot what it took.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return 0;
    throw error;
  }
}
