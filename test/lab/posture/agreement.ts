// Our checks beside Lynis on the same server, hardened and with every weakness planted: writes the table of
// docs/guides/lynis.md, and says what Lynis said. Reasons that stand there are kept: read each, and write those that are missing.
//   node --conditions=source test/lab/posture/agreement.ts && npx prettier --write docs/guides/lynis.md
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildHostingImage, HOSTING_IMAGE } from '../images.ts';
import { bootServer, removeMachines, type Machine } from '../machine.ts';
import { agrees, PAIRS, rowsOf, withRows, type Said } from './agreement-table.ts';
import { bringScanner, lynis, scan, type LynisReport, type Verdicts } from './scan.ts';
import { WEAKNESSES } from './weaknesses.ts';

const GUIDE = join(import.meta.dirname, '../../../docs/guides/lynis.md');

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

  const guide = readFileSync(GUIDE, 'utf8');
  const reasons = new Map(rowsOf(guide).map(({ check, test, why }) => [`${check} ${test}`, why]));
  const rows = PAIRS.map(({ check, test }) => {
    const both = { hardened: said(hardened, check, test), weak: said(weak, check, test) };
    return { check, test, ...both, why: reasons.get(`${check} ${test}`) ?? '' };
  });
  writeFileSync(GUIDE, withRows(guide, rows));
  for (const row of rows) {
    console.log(`${row.check} ${row.test}: hardened ${row.hardened}, weak ${row.weak}`);
    for (const [name, { report }] of [['hardened', hardened] as const, ['weak', weak] as const])
      for (const { text } of report.said.filter(({ id }) => id === row.test)) console.log(`  ${name}: ${text}`);
    if (!agrees(row) && row.why === '') console.log('  They differ, and the guide does not say why.');
    if (agrees(row) && row.why !== '') console.log(`  They agree by their words, and the guide says: ${row.why}`);
  }
} finally {
  await removeMachines(lab);
}

function said({ verdicts, report }: Looked, id: string, test: string): Said {
  const state = verdicts.find(({ check }) => check === id)?.state ?? 'not asked';
  const ours = { unknown: 'not known', 'not-applicable': 'not applicable' }[state] ?? state;
  if (!report.tested.has(test)) return `${ours} / not run`;
  return `${ours} / ${report.said.some((one) => one.id === test) ? 'speaks' : 'silent'}`;
}
