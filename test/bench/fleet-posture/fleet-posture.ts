// The posture of a large fleet: its pages over HTTP by somebody who sees all of it, and the map against the same statements
// sent straight to PostgreSQL.
import { fileURLToPath } from 'node:url';
import { compare, quantile, withinLimit, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { enrolMembers } from '../fleet/members.ts';
import { startStage } from '../fleet/stage.ts';
import { LoadProcess } from '../ledger/database.ts';
import type { MapOrder } from './direct.ts';
import { RESULTS, writeJudgedFleet } from './judged-fleet.ts';

const SERVERS = Number(process.env['MUSTER_BENCH_SERVERS'] ?? 10_000);
const LOOKS = 50;
const PAGE = 50;
const LIMIT_MS = 300;
const WEEK_MS = 7 * 86_400_000;

export const fleetPosture: Benchmark = {
  name: 'fleet-posture',
  sentence: `Posture of ${SERVERS} servers with ${RESULTS} results each`,
  run,
};

/** What the pages ask for, in their words. */
const pages = (server: string): Readonly<Record<string, string>> => ({
  'findings by check': '/api/posture/findings',
  'one check': '/api/posture/findings/SSH-003',
  'what changed in a week': `/api/posture/changes?since=${new Date(Date.now() - WEEK_MS).toISOString()}`,
  'trend of 30 days': '/api/posture/trend?days=30',
  review: '/api/posture/review?limit=50',
  'open ports': '/api/posture/inventory/ports?standsOut=true',
  'a past day': `/api/posture?at=${new Date(Date.now() - WEEK_MS).toISOString()}`,
  'one server': `/api/posture/servers/${server}`,
});

async function run(tools: BenchTools): Promise<Outcome[]> {
  const stage = await startStage(tools);
  const { members } = await enrolMembers(stage, { many: SERVERS, managed: false });
  const servers = members.map(({ server }) => server);
  await writeJudgedFleet(stage.admin, servers);
  tools.say(`  ${SERVERS} servers are judged`);
  const direct = new LoadProcess<MapOrder, number[]>(
    fileURLToPath(new URL('direct.ts', import.meta.url)),
    [stage.databaseUrl('postgres')],
    tools,
  );
  const look = async (path: string): Promise<number[]> => {
    const took: number[] = [];
    for (let index = 0; index < LOOKS; index += 1) {
      const began = performance.now();
      await stage.client.send('GET', path);
      took.push(performance.now() - began);
    }
    return took;
  };
  const theMap = await compare(
    {
      name: 'fleet-posture',
      measure: 'p99 of the map over HTTP, against the same SQL direct',
      unit: 'ms',
      ratioOf: 'ours/theirs',
      target: { atMost: 4 },
      ours: async () => quantile(await look(`/api/posture?limit=${PAGE}`), 0.99),
      theirs: async () =>
        quantile(
          await direct.ask({
            looks: LOOKS,
            limit: PAGE,
            compared: new Date(Date.now() - WEEK_MS).toISOString(),
          }),
          0.99,
        ),
    },
    tools,
  );
  const limits: Outcome[] = [];
  for (const [name, path] of Object.entries({ 'the map': `/api/posture?limit=${PAGE}`, ...pages(servers[0] ?? '') })) {
    await look(path);
    const p99s: number[] = [];
    for (let round = 0; round < tools.rounds; round += 1) p99s.push(quantile(await look(path), 0.99));
    limits.push(
      withinLimit({
        name: 'fleet-posture',
        measure: `p99 over HTTP: ${name}`,
        unit: 'ms',
        limit: LIMIT_MS,
        ours: p99s,
      }),
    );
  }
  return [theMap, ...limits];
}
