// A command sent to the API, until every open dashboard has been told by its socket that something changed; against a
// socket.io server that emits to as many sockets and knows of no event, no right and no room. Then the same beside a page that
// reads nothing any more. Measured from the sending: a command is answered when its read models show it, and by then pages know.
// Where there is Chromium, one of the dashboards is a real page: until the change stands in it, and how soon it first paints.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CreateGroup } from '@muster/contracts/servers';
import { median, quantile, shown, withinLimit, type Benchmark, type BenchTools, type Outcome } from '../benchmark.ts';
import { startStage, type BenchStage } from '../fleet/stage.ts';
import { LoadProcess } from '../ledger/database.ts';
import { Dashboard, lacksDashboard, WEB } from './dashboard.ts';
import type { PagesAnswer, PagesOrder } from './pages.ts';

const name = 'live-update';
const PAGES = Number(process.env['MUSTER_BENCH_PAGES'] ?? 200);
const CHANGES = 20;
/** Further apart than hints of one topic are gathered, so that each change is told for itself. */
const PAUSE_MS = 600;
const LIMIT_MS = 150;
const PAINTS = 5;
const PAINT_LIMIT_MS = 1000;
/** Beside a page that is shed, others may hear at most so much later. */
const UNHARMED = 1.5;
const BACKLOG = 64;

export const liveUpdate: Benchmark = {
  name,
  sentence: `a command sent until ${PAGES} dashboards have heard of it and one shows it, against a bare socket.io emit`,
  run,
};

interface Round {
  p50: number;
  p99: number;
}

/** Milliseconds from sending each command: to each page that was told, and until the real page showed it. */
interface Heard {
  told: number[];
  stood: number[];
}

async function run(tools: BenchTools): Promise<Outcome[]> {
  const stage = await startStage(tools, {
    env: { MUSTER_LIMIT_SOCKETS_PER_SESSION: '10000', MUSTER_LIMIT_LIVE_BACKLOG: String(BACKLOG), MUSTER_WEB: WEB },
  });
  const pages = new LoadProcess<PagesOrder, PagesAnswer>(
    fileURLToPath(new URL('pages.ts', import.meta.url)),
    [stage.installation.apiUrl, JSON.stringify(stage.client.credentials())],
    tools,
  );
  const lacks = lacksDashboard();
  const dashboard =
    lacks === undefined
      ? await Dashboard.open(stage.installation.apiUrl, stage.client.credentials()['cookie'] ?? '', tools)
      : undefined;
  await pages.ask({ do: 'open', many: dashboard === undefined ? PAGES : PAGES - 1 });
  tools.say(`  ${PAGES} dashboards are open`);
  if (lacks !== undefined) tools.say(`  left out: a real page among them, and its first paint; it ${lacks}`);
  const [quiet, bare, beside]: [Round[], Round[], Round[]] = [[], [], []];
  const stood: number[] = [];
  let shed = 0;
  await changes(stage, pages, dashboard);
  for (let round = 0; round < tools.rounds; round += 1) {
    const heard = await changes(stage, pages, dashboard);
    quiet.push(roundOf(heard.told));
    stood.push(...heard.stood);
    bare.push(roundOf((await pages.ask({ do: 'bare', many: PAGES, changes: CHANGES })).heard));
    await pages.ask({ do: 'stall' });
    beside.push(roundOf((await changes(stage, pages, dashboard)).told));
    shed += (await pages.ask({ do: 'unstall' })).shed ? 1 : 0;
    tools.say(
      `  round ${round + 1} of ${tools.rounds}: ${inWords(quiet.at(-1))}; bare ${inWords(bare.at(-1))}; beside a page that reads nothing ${inWords(beside.at(-1))}`,
    );
  }
  const of = (rounds: readonly Round[], what: keyof Round): number => median(rounds.map((one) => one[what]));
  const harm = quiet.map((one, index) => ({ ours: beside[index]?.p99 ?? Number.NaN, theirs: one.p99 }));
  const ratio = median(harm.map(({ ours, theirs }) => ours / theirs));
  return [
    withinLimit({
      name,
      measure: `p99 over ${PAGES} dashboards, sent until told`,
      unit: 'ms',
      limit: LIMIT_MS,
      ours: quiet.map(({ p99 }) => p99),
      note: `p50 ${shown(of(quiet, 'p50'))} ms; a bare emit takes ${shown(of(bare, 'p50'))} ms, p99 ${shown(of(bare, 'p99'))} ms${
        lacks === undefined ? '' : `; the page itself and its first paint were left out: it ${lacks}`
      }`,
    }),
    ...(dashboard === undefined ? [] : await inThePage(dashboard, stood)),
    {
      name,
      measure: 'p99 beside a page that reads nothing, against without',
      unit: 'ms',
      ours: of(beside, 'p99'),
      theirs: of(quiet, 'p99'),
      ratio,
      ratioOf: 'ours/theirs',
      target: `at most ${UNHARMED}, and the page is shed`,
      target_met: ratio <= UNHARMED && shed === tools.rounds,
      rounds: harm,
      note: `shed in ${shed} of ${tools.rounds} rounds`,
    },
  ];
}

async function changes(
  { client }: BenchStage,
  pages: LoadProcess<PagesOrder, PagesAnswer>,
  dashboard: Dashboard | undefined,
): Promise<Heard> {
  const heard: Heard = { told: [], stood: [] };
  for (let index = 0; index < CHANGES; index += 1) {
    const name = `Group ${Date.now()} ${index}`;
    await pages.ask({ do: 'listen', topic: 'servers' });
    await dashboard?.watch(name);
    const sent = performance.timeOrigin + performance.now();
    await client.call(CreateGroup, { name });
    heard.told.push(...(await pages.ask({ do: 'tell' })).heard.map((at) => at - sent));
    if (dashboard !== undefined) heard.stood.push((await dashboard.stood()) - sent);
    await sleep(PAUSE_MS);
  }
  return heard;
}

/** Of the page itself: when changes stood in it, over all rounds, and its first paint while the others are open. */
async function inThePage(dashboard: Dashboard, stood: readonly number[]): Promise<Outcome[]> {
  const painted: number[] = [];
  for (let load = 0; load < PAINTS; load += 1) painted.push(await dashboard.firstPaint());
  return [
    withinLimit({
      name,
      measure: `p99 of ${stood.length} changes, sent until in the page`,
      unit: 'ms',
      limit: LIMIT_MS,
      ours: [quantile(stood, 0.99)],
      note: `p50 ${shown(median(stood))} ms, in Chromium beside ${PAGES - 1} other dashboards`,
    }),
    withinLimit({
      name,
      measure: `first contentful paint, cache empty, median of ${PAINTS}`,
      unit: 'ms',
      limit: PAINT_LIMIT_MS,
      ours: painted,
      note: `from ${shown(Math.min(...painted))} to ${shown(Math.max(...painted))} ms`,
    }),
  ];
}

const roundOf = (heard: readonly number[]): Round => ({ p50: quantile(heard, 0.5), p99: quantile(heard, 0.99) });
const inWords = (round: Round | undefined): string =>
  round === undefined ? '' : `p50 ${shown(round.p50)} ms, p99 ${shown(round.p99)} ms`;
