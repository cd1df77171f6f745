// The ban log on a real PostgreSQL: each line once, each batch with its digest, pages without a row twice or missing,
// and plans that use an index however large the log is.
import type { BanLogLine } from '@muster/contracts/bans';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { ServerDirectory } from '../../servers/index.ts';
import { BanLog, statement, type BanLogSearch } from '../ban-log.ts';
import { BanLogMonths } from '../ban-log-months.ts';
import { keyOf } from '../queries/keyset.ts';
import { World } from '../../../main/testing/world.ts';
import { BanLogIngestion } from './ban-log.ingestion.ts';

let world: World;
let ingestion: BanLogIngestion;
let log: BanLog;

beforeAll(async () => {
  world = await World.open();
  const { database, store } = world.gateway;
  ingestion = new BanLogIngestion(database, store, new BanLogMonths(database), new LiveHints(world.hints));
  const { database: app } = world.app;
  log = new BanLog(app, new ServerDirectory(app), { names: () => Promise.resolve(new Map()) });
});
afterAll(() => world?.close());

const server = (serverId = newId()): LinkedServer => ({
  serverId,
  tenantId: DEFAULT_TENANT,
  hostKey: null,
  agentKey: '',
  confirmed: true,
});
function line(address: string, at: Date, more: Partial<BanLogLine> = {}): BanLogLine {
  return {
    id: newId(),
    at: at.toISOString(),
    what: 'banned',
    address,
    jail: 'sshd',
    failures: 5,
    banSeconds: 600,
    banCount: 1,
    source: 'action',
    ...more,
  };
}
const search = (more: Partial<BanLogSearch> = {}): BanLogSearch => ({ before: null, limit: 50, ...more });
const found = async (more: Partial<BanLogSearch>) =>
  (await log.search(DEFAULT_TENANT, search(more))).rows.map((row) => row.address);
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

describe('storing', () => {
  test('the same batch again adds no row and no digest; the same line from another server is another line', async () => {
    const one = server();
    const lines = [line('198.51.100.1', minutesAgo(5)), line('198.51.100.2', minutesAgo(4), { banSeconds: null })];
    await ingestion.take(one, lines, 7);
    await ingestion.take(one, lines, 7);
    await ingestion.take(server(), lines, 1);
    const { rows } = await world.superuser.query(
      'select server_id, address, ban_seconds from muster.bans_ban_log where server_id = $1 order by at',
      [one.serverId],
    );
    expect(rows).toEqual([
      { server_id: one.serverId, address: '198.51.100.1', ban_seconds: 600 },
      { server_id: one.serverId, address: '198.51.100.2', ban_seconds: null },
    ]);
    const digests = await world.gateway.store.readStream(`ban-log-${one.serverId}`);
    expect(digests.map((event) => event.data)).toEqual([
      {
        serverId: one.serverId,
        batch: 7,
        sha256: sha256Hex(canonicalBytes(lines)),
        count: 2,
        from: lines[0]?.at,
        to: lines[1]?.at,
      },
    ]);
  });

  test('history of last month, of long ago and from a wrong clock is stored all the same', async () => {
    const one = server();
    const moments = [minutesAgo(40 * 24 * 60), new Date('2001-01-01T00:00:00Z'), new Date('2099-01-01T00:00:00Z')];
    await ingestion.take(
      one,
      moments.map((at) => line('198.51.100.9', at)),
      1,
    );
    const { rows } = await world.superuser.query<{ at: Date }>(
      'select at from muster.bans_ban_log where server_id = $1 order by at',
      [one.serverId],
    );
    expect(rows).toHaveLength(3);
    expect(rows[0]?.at).toEqual(moments[1]);
    expect(rows[2]?.at.getTime()).toBeLessThanOrEqual(Date.now());
  });
});

describe('searching', () => {
  test('by address, containing range, server, jail, what and time', async () => {
    const one = server();
    await ingestion.take(
      one,
      [
        line('203.0.113.7', minutesAgo(30)),
        line('203.0.113.9', minutesAgo(20), { jail: 'postfix', what: 'found' }),
        line('203.0.114.1', minutesAgo(10), { what: 'unbanned' }),
        line('2001:db8:7::1', minutesAgo(9)),
        line('203.0.113.128/25', minutesAgo(8)),
      ],
      1,
    );
    const on = { server: one.serverId };
    expect(await found({ ...on, address: '203.0.113.7' })).toEqual(['203.0.113.7']);
    expect(await found({ ...on, address: '203.0.113.0/24' })).toEqual([
      '203.0.113.128/25',
      '203.0.113.9',
      '203.0.113.7',
    ]);
    expect(await found({ ...on, address: '203.0.112.0/22' })).toHaveLength(4);
    expect(await found({ ...on, address: '2001:db8::/32' })).toEqual(['2001:db8:7::1']);
    expect(await found({ ...on, jail: 'postfix' })).toEqual(['203.0.113.9']);
    expect(await found({ ...on, what: 'unbanned' })).toEqual(['203.0.114.1']);
    const between = { from: minutesAgo(25).toISOString(), to: minutesAgo(15).toISOString() };
    expect(await found({ ...on, ...between })).toEqual(['203.0.113.9']);
    expect(await found({ server: newId() })).toEqual([]);
  });

  test('a ban says when its server let the address go again, and only its own server and jail', async () => {
    const [one, other] = [server(), server()];
    const letGo = minutesAgo(28);
    await ingestion.take(
      one,
      [
        line('192.0.2.40', minutesAgo(30)),
        line('192.0.2.40', minutesAgo(29), { what: 'unbanned', jail: 'postfix' }),
        line('192.0.2.40', letGo, { what: 'unbanned' }),
        line('192.0.2.40', minutesAgo(27)),
      ],
      1,
    );
    await ingestion.take(other, [line('192.0.2.40', minutesAgo(29))], 1);
    const { rows } = await log.search(DEFAULT_TENANT, search({ address: '192.0.2.40', what: 'banned' }));
    expect(rows.map((row) => [row.server?.serverId === one.serverId, row.endedAt])).toEqual([
      [true, null],
      [false, null],
      [true, letGo.toISOString()],
    ]);
  });

  test('page by page, while new lines arrive on top and share their moment: none twice, none missing', async () => {
    const one = server();
    const moment = minutesAgo(3);
    const lines = Array.from({ length: 230 }, (_, i) => line(`192.0.2.${i}`, i % 3 === 0 ? moment : minutesAgo(3 + i)));
    await ingestion.take(one, lines, 1);
    const seen: string[] = [];
    let before: string | null = null;
    let pages = 0;
    do {
      const page: Awaited<ReturnType<BanLog['search']>> = await log.search(
        DEFAULT_TENANT,
        search({ server: one.serverId, limit: 25, before: keyOf(before ?? undefined) }),
      );
      seen.push(...page.rows.map((row) => row.address ?? ''));
      before = page.next;
      await ingestion.take(one, [line('198.18.0.1', new Date())], 2 + pages++);
    } while (before !== null);
    expect(pages).toBe(10);
    expect(new Set(seen).size).toBe(230);
    expect(seen).toHaveLength(230);
  });

  test('a cursor that is none is refused', () => {
    expect(() => keyOf("2026'; drop table")).toThrow(/not a place in this list/);
  });
});

/** Of two months. Enough that whoever reads all of them, or all of one server's, reads far more than is allowed. */
const LINES = 250_000;
const SECONDS_BETWEEN = 20;
/** A page, what a rare jail has, and some of what its neighbours in an index have. */
const MAY_TOUCH = 5000;

describe('a log of many lines', () => {
  beforeAll(async () => {
    await world.superuser.query(`select muster.bans_ensure_month((now() - make_interval(months => m))::date)
      from generate_series(0, 2) m`);
    await world.superuser.query(`
      insert into muster.bans_ban_log (at, line_id, tenant_id, server_id, what, address, by_kind, by_name, source)
      select now() - make_interval(secs => i * ${SECONDS_BETWEEN}), gen_random_uuid(), '${DEFAULT_TENANT}',
        ('00000000-0000-4000-8000-' || lpad((i % 40)::text, 12, '0'))::uuid,
        (array['banned', 'unbanned', 'found', 'found'])[1 + (i / 40) % 4],
        '0.0.0.0'::inet + (1000000000 + (i::bigint * 2654435761) % 1000000000),
        'jail', case when i % 1250 = 0 then 'recidive' when i % 7 = 0 then 'postfix' else 'sshd' end, 'action'
      from generate_series(1, ${LINES}) i`);
    await world.superuser.query('analyze muster.bans_ban_log');
  }, 240_000);

  const serverId = '00000000-0000-4000-8000-000000000007';
  test.each<[string, Partial<BanLogSearch>]>([
    ['the newest', {}],
    ['one address', { address: '100.7.7.7' }],
    ['a /24', { address: '100.7.7.0/24' }],
    ['a /16', { address: '100.7.0.0/16' }],
    ['one server', { server: serverId }],
    ['one server, one kind', { server: serverId, what: 'unbanned' }],
    ['what only Muster does, on one server', { server: serverId, what: 'repaired' }],
    ['a rare jail', { jail: 'recidive' }],
    ['a rare jail on one server', { jail: 'recidive', server: serverId }],
    ['deep into the log', { before: { at: minutesAgo(38 * 24 * 60).toISOString(), id: newId() } }],
  ])('%s: no row of the log is read that an index could have spared', async (name, more) => {
    const { db } = world.app.database;
    const compiled = statement(DEFAULT_TENANT, search(more)).compile(db);
    const { rows } = await db.executeQuery<{ 'QUERY PLAN': [Plan] }>(
      CompiledQuery.raw(`explain (analyze, format json) ${compiled.sql}`, [...compiled.parameters]),
    );
    const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
    if (!plan) throw new Error('no plan');
    const scanned = [...nodes(plan.Plan)];
    const touched = scanned.reduce((sum, node) => sum + read(node), 0);
    console.log(
      `${name}: ${plan['Execution Time'].toFixed(1)} ms + ${plan['Planning Time'].toFixed(1)} ms planning, ${touched} rows touched`,
    );
    const whole = scanned.filter((node) => node['Node Type'] === 'Seq Scan' && read(node) > 1000);
    expect(whole).toEqual([]);
    expect(touched).toBeLessThan(MAY_TOUCH);
  });
});

interface Node {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Relation Name'?: string;
  Plans?: Node[];
}
interface Plan {
  Plan: Node;
  'Execution Time': number;
  'Planning Time': number;
}
function* nodes(node: Node): Generator<Node> {
  if (node['Relation Name']) yield node;
  for (const child of node.Plans ?? []) yield* nodes(child);
}
const read = (node: Node): number =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
