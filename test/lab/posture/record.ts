// Records what every probe is answered by a real Debian server: hardened, with the weaknesses planted, and as a user
// without rights. Writes the fixtures that the specs of probes and checks play back.
//   node --conditions=source test/lab/posture/record.ts [--only FOLDER,…] [PROBE …]
// With names, only those probes are recorded, and only what their checks find is planted. --only writes no other folders.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checks } from '@muster/posture/checks';
import { probes } from '@muster/posture/probes';
import { Recorder } from '@muster/posture/testing/tape';
import { buildHostingImage, HOSTING_IMAGE } from '../images.ts';
import { bootServer, removeMachines, type Machine } from '../machine.ts';
import { probedMachine } from './probed-machine.ts';
import { BROKEN_SSHD, BUSY_PROGRAM, CLOCKS, COUNTRY_FIREWALLS, RSPAMD_SIGNS } from './planted-alone.ts';
import { WEAKNESSES } from './weaknesses.ts';

const FIXTURES = join(import.meta.dirname, '../../../shared/posture/src/fixtures');

const HARDENED = 'debian-12-hardened';

const { values: given, positionals: named } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' } },
});
const folders = given.only?.split(',');
const written = (folder: string): boolean => folders?.includes(folder) ?? true;
const wanted = (name: string): boolean => named.length === 0 || named.includes(name);
/** Checks that read one of the wanted probes. */
const concerned = new Set(
  checks.filter(({ reads }) => Object.values(reads).some(({ name }) => wanted(name))).map(({ id }) => id),
);

/** Probes that are asked at once; most of their time is Docker's. */
const BESIDE_EACH_OTHER = 3;

async function record(machine: Machine, as: string, user = 'root', only?: readonly string[]): Promise<void> {
  // What came since is told by what the hardened server was remembered by, so it is looked at in any case.
  const kept = written(as);
  if (!kept && as !== HARDENED) return;
  if (kept) mkdirSync(join(FIXTURES, as), { recursive: true });
  const left = probes.filter(({ name }) => wanted(name) && (only?.includes(name) ?? true));
  const began = performance.now();
  const next = async (): Promise<void> => {
    for (let probe = left.pop(); probe !== undefined; probe = left.pop()) {
      const recorder = new Recorder(probedMachine(machine, user));
      await probe.gather(recorder, []);
      if (kept) writeFileSync(join(FIXTURES, as, `${probe.name}.txt`), recorder.text);
    }
  };
  await Promise.all(Array.from({ length: BESIDE_EACH_OTHER }, next));
  console.log(`${as}: ${Math.round(performance.now() - began)} ms`);
}

const lab = `probes-${process.pid}`;
await buildHostingImage();
try {
  const machine = await bootServer(lab, 'bridge', 'recorded', HOSTING_IMAGE);
  await machine.untilBooted();
  await record(machine, 'debian-12-plain');
  // What the plain server was remembered by is not the state that the hardened one is taken on in.
  await machine.sh('rm -rf /var/lib/muster-privd');
  await machine.sh('sh /root/hardened.sh', { deadlineMs: 300_000 });
  await record(machine, HARDENED);
  await record(machine, 'debian-12-unprivileged', 'nobody');
  for (const { check, plant } of WEAKNESSES.filter((one) => concerned.has(one.check))) {
    const ran = await machine.trySh(plant);
    if (ran.code !== 0) console.log(`${check} could not be planted: ${ran.stderr}${ran.stdout}`);
  }
  await record(machine, 'debian-12-weak');
  await record(machine, 'debian-12-weak-unprivileged', 'nobody');
  if (wanted('clock')) {
    for (const [folder, plant] of CLOCKS.filter(([one]) => written(one))) {
      await machine.sh(plant, { deadlineMs: 300_000 });
      await record(machine, folder, 'root', ['clock']);
    }
  }
  if (wanted('busy') && written('debian-12-busy')) {
    await machine.sh(BUSY_PROGRAM.plant, { deadlineMs: 120_000 });
    await record(machine, 'debian-12-busy', 'root', ['busy']);
    await machine.sh(BUSY_PROGRAM.remove);
  }
  if (wanted('dkim-keys') && written('debian-12-rspamd')) {
    await machine.sh(RSPAMD_SIGNS, { deadlineMs: 300_000 });
    await record(machine, 'debian-12-rspamd', 'root', ['dkim-keys']);
  }
  if (wanted('firewall-rules')) {
    for (const [folder, plant] of COUNTRY_FIREWALLS.filter(([one]) => written(one))) {
      await machine.sh(plant, { deadlineMs: 300_000 });
      await record(machine, folder, 'root', ['firewall-rules']);
    }
  }
  await machine.sh(BROKEN_SSHD.plant);
  await record(machine, 'debian-12-broken', 'root', ['sshd']);
} finally {
  await removeMachines(lab);
}
