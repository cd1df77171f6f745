// What must hold after every fault, judged from outside: from what the operator was promised, from the files on the
// servers, and from the ledger. The read models are not asked.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Effect } from './appending-capability.ts';
import type { Accepted } from './operator.ts';

const CLONE = join(import.meta.dirname, '../..');
const FINAL = ['operations.TaskSucceeded', 'operations.TaskFailed', 'operations.TaskExpired'].concat(
  'operations.TaskCancelled',
  'operations.TaskSigningRefused',
);

export interface Findings {
  /** Accepted actions for which a server has no task, or a task that has not ended. */
  unfinished: string[];
  /** Succeeded by the ledger, and not there on the server. */
  lost: string[];
  /** Carried out, or ended, more than once. */
  doubled: string[];
  /** What is wrong with the ledger. */
  ledger: string[];
}

export interface World {
  readonly databaseUrl: string;
  readonly auditorUrl: string;
  /** The keyset that root signed. */
  readonly trust: string;
  readonly accepted: readonly Accepted[];
  readonly effects: () => Map<string, Effect[]>;
}

interface TaskRow {
  operation_id: string;
  server_id: string;
  task_id: string;
  finals: number;
  outcome: string | null;
}

/** One connection, made anew for as long as the database is away. */
export async function withDatabase<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      if (attempt >= 120) throw error;
      await sleep(500);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Every task of every action that was asked for, with how many final events its stream holds. */
async function tasksOf(world: World): Promise<TaskRow[]> {
  return await withDatabase(world.databaseUrl, async (client) => {
    const { rows } = await client.query<TaskRow>(
      `with asked as (
         select convert_from(body, 'UTF8')::jsonb as data, stream_id from es.events where event_type = 'operations.TaskRequested'),
       ends as (
         select stream_id, count(*)::int as finals, max(event_type) as outcome
         from es.events where event_type = any($1) group by stream_id)
       select a.data->>'operationId' as operation_id, a.data->>'serverId' as server_id, a.data->>'taskId' as task_id,
         coalesce(e.finals, 0) as finals, e.outcome
       from asked a left join ends e using (stream_id)`,
      [FINAL],
    );
    return rows;
  });
}

/** Waits until every accepted action has ended on every server; answers how long that took, or undefined. */
export async function untilSettled(world: World, withinMs: number): Promise<number | undefined> {
  const began = Date.now();
  for (;;) {
    if (unfinishedOf(world, await tasksOf(world)).length === 0) return Date.now() - began;
    if (Date.now() - began > withinMs) return undefined;
    await sleep(300);
  }
}

function unfinishedOf(world: World, tasks: readonly TaskRow[]): string[] {
  const ended = new Set(
    tasks.filter((task) => task.finals > 0).map((task) => `${task.operation_id} ${task.server_id}`),
  );
  const open = tasks.filter((task) => task.finals === 0).map((task) => `task ${task.task_id} has not ended`);
  const missing = world.accepted.flatMap(({ operationId, servers, range }) =>
    servers
      .filter((server) => !ended.has(`${operationId} ${server}`))
      .map((server) => `${range} (operation ${operationId}) has not ended on ${server}`),
  );
  return [...missing, ...open];
}

export async function judge(world: World): Promise<Findings> {
  const tasks = await tasksOf(world);
  const effects = world.effects();
  return {
    unfinished: unfinishedOf(world, tasks),
    lost: lostOf(world, tasks, effects),
    doubled: [
      ...tasks.filter((task) => task.finals > 1).map((task) => `task ${task.task_id} ended ${task.finals} times`),
      ...doubledOf(effects),
    ],
    ledger: [...(await ledgerFaults(world)), ...verify(world)],
  };
}

/** A block or lift that succeeded must be there, unless a later action undid it. */
function lostOf(world: World, tasks: readonly TaskRow[], effects: Map<string, Effect[]>): string[] {
  const succeeded = new Set(
    tasks
      .filter((task) => task.outcome === 'operations.TaskSucceeded')
      .map((task) => `${task.operation_id} ${task.server_id}`),
  );
  const lifted = new Set(world.accepted.filter(({ kind }) => kind === 'lift').map(({ range }) => range));
  return world.accepted.flatMap(({ operationId, kind, range, servers }) =>
    servers.flatMap((server) => {
      if (!succeeded.has(`${operationId} ${server}`)) return [];
      const times = timesOf(effects.get(server) ?? [], range);
      if (kind === 'block' && times.added === 0) return [`${range} succeeded on ${server} and was never there`];
      if (kind === 'block' && !lifted.has(range) && times.held !== 1) return [`${range} is not held on ${server}`];
      return kind === 'lift' && times.held !== 0 ? [`${range} was lifted on ${server} and is still there`] : [];
    }),
  );
}

function timesOf(effects: readonly Effect[], range: string): { added: number; held: number } {
  const ids = new Set(effects.flatMap((one) => (one.t === 'add' && one.range === range ? [one.id] : [])));
  const added = effects.filter((one) => one.t === 'add' && ids.has(one.id)).length;
  const removed = effects.filter((one) => one.t === 'remove' && ids.has(one.id)).length;
  return { added, held: added - removed };
}

/** No task runs twice on a server, and nothing is added that is held already. */
function doubledOf(effects: Map<string, Effect[]>): string[] {
  const doubled: string[] = [];
  for (const [server, lines] of effects) {
    const runs = new Set<string>();
    const held = new Set<string>();
    for (const line of lines) {
      if (line.t === 'run') {
        if (runs.has(line.task)) doubled.push(`task ${line.task} ran twice on ${server}`);
        runs.add(line.task);
      }
      if (line.t === 'add') {
        if (held.has(line.id)) doubled.push(`${line.range} was added twice on ${server} (task ${line.task})`);
        held.add(line.id);
      }
      if (line.t === 'remove') held.delete(line.id);
    }
  }
  return doubled;
}

/** Dense from 0, nothing left behind, every stream in order and whole. */
async function ledgerFaults({ databaseUrl }: World): Promise<string[]> {
  return await withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ many: string; first: string | null; last: string | null; old: string }>(
      `select count(*) as many, min(position) as first, max(position) as last,
         (select count(*) from es.pending where recorded_at < now() - interval '10 seconds') as old from es.ledger`,
    );
    const [log] = rows;
    const { rows: streams } = await client.query<{ stream_id: string }>(
      `select stream_id from (
         select stream_id, stream_version, row_number() over (partition by stream_id order by position) as place
         from es.ledger) l where stream_version <> place limit 5`,
    );
    const faults = streams.map(({ stream_id }) => `stream ${stream_id} is out of order`);
    if (log === undefined || Number(log.first) !== 0 || Number(log.last) + 1 !== Number(log.many)) {
      faults.push(`positions are not dense: ${JSON.stringify(log)}`);
    }
    if (Number(log?.old) > 0) faults.push(`${log?.old} events wait for a position`);
    return faults;
  });
}

/** `muster verify`, as an auditor runs it. */
function verify({ auditorUrl, trust }: World): string[] {
  const program = join(CLONE, 'services/cli/bin/muster.js');
  const args = [program, 'verify', '--database', auditorUrl, '--trust', trust];
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
  return ran.status === 0
    ? []
    : [`muster verify: exit code ${String(ran.status)}\n${(ran.stdout + ran.stderr).slice(0, 1500)}`];
}

export const isClean = ({ unfinished, lost, doubled, ledger }: Findings): boolean =>
  unfinished.length + lost.length + doubled.length + ledger.length === 0;
