// Our checks beside Lynis on the same server, as its packages install it and with every weakness planted: prints the table
// of docs/guides/lynis.md for the checks that name a test of Lynis.
//   node --conditions=source test/lab/posture/agreement.ts
import { checks } from '@muster/posture/checks';
import { buildHostingImage, HOSTING_IMAGE } from '../images.ts';
import { bootServer, removeMachines, type Machine } from '../machine.ts';
import { bringScanner, lynis, scan, type LynisReport, type Verdicts } from './scan.ts';
import { WEAKNESSES } from './weaknesses.ts';

const LYNIS_ID = /^[A-Z]{3,4}-\d{4}$/;

interface Looked {
  verdicts: Verdicts;
  report: LynisReport;
}

async function look(machine: Machine): Promise<Looked> {
  const [{ verdicts }, { report }] = [await scan(machine), await lynis(machine)];
  return { verdicts, report };
}

const lab = `agreement-${process.pid}`;
await buildHostingImage();
try {
  const machine = await bootServer(lab, 'bridge', 'compared', HOSTING_IMAGE);
  await machine.untilBooted();
  await bringScanner(machine);
  await machine.sh('sh /root/hardened.sh', { deadlineMs: 300_000 });
  const hardened = await look(machine);
  for (const { check, plant } of WEAKNESSES) {
    const ran = await machine.trySh(plant);
    if (ran.code !== 0) console.error(`${check} could not be planted: ${ran.stderr}${ran.stdout}`);
  }
  const weak = await look(machine);
  console.log(
    '| check | test of Lynis | hardened: we say | Lynis says | weak: we say | Lynis says |\n|---|---|---|---|---|---|',
  );
  for (const { id, title, maps } of checks) {
    for (const test of maps.filter((one) => LYNIS_ID.test(one))) {
      const cells = [hardened, weak].flatMap((looked) => [ours(looked, id), theirs(looked, test)]);
      console.log(`| ${[`${id}: ${title}`, test, ...cells].join(' | ')} |`);
    }
  }
} finally {
  await removeMachines(lab);
}

function ours({ verdicts }: Looked, id: string): string {
  return verdicts.find(({ check }) => check === id)?.state ?? 'not asked';
}

function theirs({ report }: Looked, test: string): string {
  if (!report.tested.has(test)) return 'not run';
  const said = report.said.filter(({ id }) => id === test).map(({ text }) => text.replaceAll('|', '/'));
  return said.length === 0 ? 'nothing' : said.join('; ');
}
