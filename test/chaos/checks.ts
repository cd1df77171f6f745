// What must hold after every fault, judged from outside: from what the operator was promised, from the files on the
// servers, and from the ledger. The read models are not asked.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Effect } from './appending-capability.ts';
import type { Accepted } from './operator.ts';
import {
  ENDINGS,
  hasEnded,
  isCarriedOut,
  isSettled,
  judgeLook,
  type Look,
  type Outage,
  type Task,
  type Verdict,
} from './oracle.ts';

const CLONE = join(import.meta.dirname, '../..');
const SAYING_WHY = ['operations.TaskFailed', 'operations.TaskSigningRefused'];

export interface Findings extends Omit<Verdict, 'excused'> {
  /** What is wrong with the ledger. */
  readonly ledger: string[];
}

export interface World {
  readonly databaseUrl: string;
  readonly auditorUrl: string;
  /** The keyset that root signed. */
  readonly trust: string;
  readonly accepted: readonly Accepted[];
  readonly effects: () => Map<string, Effect[]>;
  readonly outages: readonly Outage[];
}

interface TaskRow {
  readonly operation_id: string;
  readonly server_id: string;
  readonly task_id: string;
  readonly lane: string;
  readonly requested_at: number;
  readonly endings: readonly { type: string; at: number; data: EndingData | null }[] | null;
}

interface EndingData {
  readonly error?: string;
  readonly reason?: string;
  readonly receipt?: { readonly body: string } | null;
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

/** Every task in the ledger, with every event that ended it. */
async function tasksOf({ databaseUrl }: World): Promise<Task[]> {
  return await withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<TaskRow>(
      `with asked as (
         select convert_from(body, 'UTF8')::jsonb as data, stream_id, recorded_at
         from es.events where event_type = 'operations.TaskRequested'),
       ends as (
         select stream_id, json_agg(json_build_object('type', event_type, 'at', extract(epoch from recorded_at) * 1000,
           'data', case when event_type = any($2) then convert_from(body, 'UTF8')::json end)
           order by stream_version) as endings
         from es.events where event_type = any($1) group by stream_id)
       select a.data->>'operationId' as operation_id, a.data->>'serverId' as server_id, a.data->>'taskId' as task_id,
         a.data->>'lane' as lane, (extract(epoch from a.recorded_at) * 1000)::float8 as requested_at, e.endings
       from asked a left join ends e using (stream_id)`,
      [ENDINGS, SAYING_WHY],
    );
    return rows.map((row) => ({
      taskId: row.task_id,
      operationId: row.operation_id,
      serverId: row.server_id,
      lane: row.lane,
      requestedAt: row.requested_at,
      endings: (row.endings ?? []).map(({ type, at, data }) => ({
        type,
        at,
        code: codeOf(data),
        reason: data?.error ?? data?.reason ?? null,
      })),
    }));
  });
}

/** What the server's receipt names as its reason. */
function codeOf(ending: EndingData | null): string | null {
  if (!ending?.receipt) return null;
  const { code } = JSON.parse(Buffer.from(ending.receipt.body, 'base64').toString('utf8')) as { code: string | null };
  return code;
}

async function lookAt(world: World): Promise<Look> {
  const { accepted, outages } = world;
  return { accepted, outages, tasks: await tasksOf(world), effects: world.effects() };
}

/** Looks until it is so; answers how long that took in milliseconds, or undefined. */
async function until(world: World, withinMs: number, so: (look: Look) => boolean): Promise<number | undefined> {
  const began = Date.now();
  for (;;) {
    if (so(await lookAt(world))) return Date.now() - began;
    if (Date.now() - began > withinMs) return undefined;
    await sleep(300);
  }
}

/** Waits until every accepted action has ended on every server and what stands is held there. */
export const untilSettled = (world: World, withinMs: number): Promise<number | undefined> =>
  until(world, withinMs, isSettled);

/** Waits until the tasks of an action have ended, and answers whether it did what it was asked for. */
export async function carriesOut(world: World, action: Accepted, withinMs: number): Promise<boolean> {
  let done = false;
  await until(world, withinMs, (look) => {
    done = isCarriedOut(look, action);
    return done || hasEnded(look, action);
  });
  return done;
}

export async function judge(world: World): Promise<{ findings: Findings; excused: string[] }> {
  const { excused, ...verdict } = judgeLook(await lookAt(world));
  return { findings: { ...verdict, ledger: [...(await ledgerFaults(world)), ...verify(world)] }, excused };
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

export const isClean = ({ unfinished, failed, lost, doubled, ledger }: Findings): boolean =>
  unfinished.length + failed.length + lost.length + doubled.length + ledger.length === 0;
