// The ban log with millions of lines: searched over HTTP by somebody who sees one client's servers, against the same
// statements sent straight to PostgreSQL by one who sees all; and filled by the gateway's ingestion, against COPY into a
// table without an index.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MakeToken } from '@muster/contracts/access';
import { CreateClient, GiveServer } from '@muster/contracts/clients';
import { SearchBanLog } from '@muster/contracts/bans';
import { newId } from '@muster/kernel/ids';
import { compare, quantile, withinLimit, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { enrolMembers } from '../fleet/members.ts';
import { startStage, type BenchStage } from '../fleet/stage.ts';
import { LoadProcess } from '../ledger/database.ts';
import type { DirectOrder } from './direct.ts';
import { writeLongBanLog, type LongBanLog } from './long-ban-log.ts';

const LINES = Number(process.env['MUSTER_BENCH_LINES'] ?? 10_000_000);
const SERVERS = 200;
const OWN = 20;
const SEARCHES = 200;
const PAGE = 50;
const LIMIT_MS = 25;
const INGESTED = 10_000;
const COPIED = 100_000;

export const banSearch: Benchmark = {
  name: 'ban-search',
  sentence: `${LINES} lines of the ban log, searched with a client's scope and filled`,
  run,
};

interface Search {
  address?: string;
  server?: string;
  jail?: string;
  what?: 'banned';
  from?: string;
  to?: string;
}

async function run(tools: BenchTools): Promise<Outcome[]> {
  const stage = await startStage(tools);
  const { members } = await enrolMembers(stage, { many: SERVERS, managed: false });
  const servers = members.map(({ server }) => server);
  const own = servers.slice(0, OWN);
  const token = await tokenOfClient(stage, own);
  const log = await writeLongBanLog(stage.admin, LINES, servers);
  tools.say(`  ${LINES} lines are written`);
  const direct = new LoadProcess<DirectOrder, number | number[]>(
    fileURLToPath(new URL('direct.ts', import.meta.url)),
    [stage.databaseUrl('postgres'), stage.databaseUrl('muster_gateway')],
    tools,
  );
  const searches = searchesIn(log, own);
  const p99s: number[] = [];
  const search = await compare(
    {
      name: 'ban-search',
      measure: 'p99 over HTTP, against the same SQL direct',
      unit: 'ms',
      ratioOf: 'ours/theirs',
      target: { atMost: 4 },
      ours: async () => {
        const p99 = quantile(await overHttp(stage, token, searches, new Set(own)), 0.99);
        p99s.push(p99);
        return p99;
      },
      theirs: async () => quantile((await direct.ask({ do: 'search', searches, servers: own })) as number[], 0.99),
      note: `one page of ${PAGE} at a time; ${OWN} of ${SERVERS} servers are the client's`,
    },
    tools,
  );
  const limit = withinLimit({
    name: 'ban-search',
    measure: 'p99 over HTTP',
    unit: 'ms',
    limit: LIMIT_MS,
    // The first was the warm-up.
    ours: p99s.slice(1),
  });
  const copy = await copyOf(stage, servers[0] ?? '');
  const ingest = await compare(
    {
      name: 'ban-search',
      measure: 'lines stored per second, against COPY without an index',
      unit: '1/s',
      ratioOf: 'ours/theirs',
      target: { atLeast: 0.15 },
      ours: async () =>
        (await direct.ask({
          do: 'ingest',
          server: servers[0] ?? '',
          lines: INGESTED,
          at: new Date().toISOString(),
        })) as number,
      theirs: copy,
      note: 'with indexes, duplicates refused and a digest event for every 500 lines',
    },
    tools,
  );
  return [search, limit, ingest];
}

/** An API token that acts for the owner, with nothing but one client's scope. */
async function tokenOfClient({ client }: BenchStage, own: readonly string[]): Promise<string> {
  const { clientId } = await client.call(CreateClient, { name: 'Bench Client' });
  for (const serverId of own) await client.call(GiveServer, { clientId, serverId });
  const { token } = await client.call(MakeToken, {
    name: 'Benchmark',
    may: [{ role: 'operator', scope: { kind: 'client', clientId } }],
    days: 1,
  });
  if (token === null) throw new Error('The token was shown before.');
  return token;
}

function searchesIn({ from, days }: LongBanLog, own: readonly string[]): Search[] {
  const day = (index: number): string => new Date(from.getTime() + (index % days) * 86_400_000).toISOString();
  return Array.from({ length: SEARCHES }, (_, index): Search => {
    const server = own[index % own.length] ?? '';
    switch (index % 6) {
      case 0:
        return { address: `10.0.0.${index % 64}` };
      case 1:
        return { address: `10.${index % 16}.${index}.0/24` };
      case 2:
        return { server };
      case 3:
        return { server, jail: 'sshd', to: day(index) };
      case 4:
        return { what: 'banned' };
      default:
        return { to: day(index) };
    }
  });
}

/** Milliseconds of each search. Fails when a line of another client's server comes back, or nothing at all. */
async function overHttp(
  { installation }: BenchStage,
  token: string,
  searches: readonly Search[],
  own: ReadonlySet<string>,
): Promise<number[]> {
  const took: number[] = [];
  let found = 0;
  for (const search of searches) {
    const query = new URLSearchParams({ ...search, limit: String(PAGE) });
    const began = performance.now();
    const response = await fetch(`${installation.apiUrl}/api/bans/log?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await response.text();
    took.push(performance.now() - began);
    if (!response.ok) throw new Error(`A search was answered with ${response.status}: ${text}`);
    const { rows } = SearchBanLog.output.parse(JSON.parse(text));
    found += rows.length;
    const foreign = rows.find((row) => row.server !== null && !own.has(row.server.serverId));
    if (foreign !== undefined) throw new Error(`A line of a foreign server was shown: ${foreign.server?.serverId}`);
  }
  if (found === 0) throw new Error('Nothing was found at all.');
  return took;
}

/** Lines per second of COPY, from a file into a table with the same columns and no index. */
async function copyOf({ admin, folder }: BenchStage, server: string): Promise<() => Promise<number>> {
  await admin.query('create table public.plain_lines (like muster.bans_ban_log)');
  const at = new Date().toISOString();
  const line = (index: number): string =>
    [
      at,
      newId(),
      newId(),
      server,
      '\\N',
      'banned',
      `198.51.100.${index % 256}`,
      'jail',
      'sshd',
      5,
      600,
      '\\N',
      'log',
      '\\N',
    ].join('\t');
  const file = join(folder, 'lines.tsv');
  await writeFile(file, `${Array.from({ length: COPIED }, (_, index) => line(index)).join('\n')}\n`);
  await chmod(file, 0o644);
  return async () => {
    await admin.query('truncate public.plain_lines');
    const began = performance.now();
    await admin.query(`copy public.plain_lines from '${file}'`);
    return (COPIED / (performance.now() - began)) * 1000;
  };
}
