// Records what every probe is answered by a real Debian server: hardened, with the weaknesses planted, and as a user
// without rights. Writes the fixtures that the specs of probes and checks play back.
//   node --conditions=source test/lab/posture/record.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probes } from '@muster/posture/probes';
import { Recorder } from '@muster/posture/testing/tape';
import { buildImages } from '../images.ts';
import { bootServer, removeMachines, type Machine } from '../machine.ts';
import { probedMachine } from './probed-machine.ts';
import { BROKEN_SSHD, HARDEN, WEAKNESSES } from './weaknesses.ts';

const FIXTURES = join(import.meta.dirname, '../../../shared/posture/src/fixtures');

async function record(machine: Machine, as: string, user = 'root', only?: readonly string[]): Promise<void> {
  mkdirSync(join(FIXTURES, as), { recursive: true });
  for (const probe of probes.filter(({ name }) => only?.includes(name) ?? true)) {
    const recorder = new Recorder(probedMachine(machine, user));
    const began = performance.now();
    await probe.gather(recorder, []);
    writeFileSync(join(FIXTURES, as, `${probe.name}.txt`), recorder.text);
    console.log(`${as} ${probe.name}: ${Math.round(performance.now() - began)} ms`);
  }
}

const lab = `probes-${process.pid}`;
await buildImages();
try {
  const machine = await bootServer(lab, 'bridge', 'recorded');
  await machine.untilBooted();
  await record(machine, 'debian-12-plain');
  for (const line of HARDEN) await machine.sh(line, { deadlineMs: 300_000 });
  await record(machine, 'debian-12-hardened');
  await record(machine, 'debian-12-unprivileged', 'nobody');
  for (const { plant } of WEAKNESSES) await machine.sh(plant);
  await record(machine, 'debian-12-weak');
  await machine.sh(BROKEN_SSHD.plant);
  await record(machine, 'debian-12-broken', 'root', ['sshd']);
} finally {
  await removeMachines(lab);
}
