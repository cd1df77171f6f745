// What only the database knows: how far the ledger, its checkpoints and the subscriptions are, and how much work is open.
// One worker's scrape asks for all of it with one query, and an answer serves for a moment.
import { Gauge } from 'prom-client';
import type { Pool } from 'pg';
import type { Metrics } from './metrics.ts';

const FRESH_MS = 2_000;

interface Row {
  size: number;
  unsequenced: number;
  checkpoint_size: number | null;
  checkpoint_age: number | null;
  subscriptions: { name: string; behind: number; paused: boolean }[] | null;
  tasks: { state: string; count: number }[] | null;
}

const LOOK = `
  select state.size::int8 as size,
    (select count(*) from es.pending) as unsequenced,
    checkpoint.size as checkpoint_size,
    extract(epoch from now() - checkpoint.created_at)::float8 as checkpoint_age,
    (select json_agg(json_build_object('name', name || '@' || version,
       'behind', greatest(0, state.size - 1 - position), 'paused', status = 'paused')) from es.subscriptions) as subscriptions,
    (select json_agg(t) from (select state, count(*) as count from muster.operations_tasks
       where state = any($1) group by state) t) as tasks
  from es.log_state state
  left join lateral (select size, created_at from es.checkpoints order by size desc limit 1) checkpoint on true`;
const OPEN = ['requested', 'waiting', 'released', 'accepted', 'running', 'unknown'] as const;

export function measureLedger(metrics: Metrics, pool: Pool): void {
  let seen: Promise<Row | undefined> | undefined;
  let seenAt = 0;
  const look = (): Promise<Row | undefined> => {
    if (seen !== undefined && performance.now() - seenAt < FRESH_MS) return seen;
    seenAt = performance.now();
    seen = pool.query<Row>(LOOK, [OPEN]).then(({ rows }) => rows[0]);
    return seen;
  };
  const registers = [metrics.registry];
  const one = (name: string, help: string, read: (row: Row) => number | null): void => {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers,
      async collect() {
        const row = await look();
        const value = row === undefined ? null : read(row);
        if (value === null) gauge.reset();
        else gauge.set(value);
      },
    });
  };
  one('muster_ledger_events', 'Events that have a position in the ledger', (row) => row.size);
  one('muster_ledger_unsequenced_events', 'Events that wait for their position', (row) => row.unsequenced);
  one('muster_ledger_checkpoint_events', 'Events that the last signed checkpoint covers', (row) => row.checkpoint_size);
  one('muster_ledger_checkpoint_age_seconds', 'Age of the last signed checkpoint', (row) => row.checkpoint_age);

  const behind: Gauge<'subscription'> = new Gauge({
    name: 'muster_subscription_behind_events',
    help: 'Positions between a read model or policy and the end of the ledger',
    labelNames: ['subscription'],
    registers,
    async collect() {
      behind.reset();
      for (const { name, behind: count } of (await look())?.subscriptions ?? [])
        behind.set({ subscription: name }, count);
    },
  });
  const paused: Gauge<'subscription'> = new Gauge({
    name: 'muster_subscription_paused',
    help: '1 for a read model or policy that stopped at an event that it cannot handle',
    labelNames: ['subscription'],
    registers,
    async collect() {
      paused.reset();
      for (const { name, paused: is } of (await look())?.subscriptions ?? [])
        paused.set({ subscription: name }, is ? 1 : 0);
    },
  });
  const tasks: Gauge<'state'> = new Gauge({
    name: 'muster_open_tasks',
    help: 'Tasks that have not ended, by state',
    labelNames: ['state'],
    registers,
    async collect() {
      tasks.reset();
      for (const state of OPEN) tasks.set({ state }, 0);
      for (const { state, count } of (await look())?.tasks ?? []) tasks.set({ state }, count);
    },
  });
}
