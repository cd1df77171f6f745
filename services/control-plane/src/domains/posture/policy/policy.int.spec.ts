// A policy pack in the file that the installation names: every server is judged anew by it from what it last reported, and a
// forged or older one changes nothing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@muster/kernel/signing';
import { posturePolicy } from '@muster/posture/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signPack } from './sign-pack.ts';
import { LoadPolicyFile } from '../schedules/load-policy-file.schedule.ts';
import { readKey } from '../../../platform/keys/key-store.ts';
import { ProbedServers } from '../../../main/testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from '../../../main/testing/running-muster.ts';

/** Above everything that this software will ever have built in. */
const FIRST = 1000;

let muster: RunningMuster;
let owner: SignedIn;
let folder: string;
let watched: string;
let serverId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-policy-'));
  watched = join(folder, 'watched.json');
  muster = await RunningMuster.start({ MUSTER_POSTURE_POLICY: watched });
  owner = await muster.owner();
  serverId = await muster.server('judged-web');
  await new ProbedServers(muster).scanned(serverId, 'debian-12-hardened');
  await muster.until(async () => (await endOfLife()).state === 'pass', 30_000);
}, 90_000);
afterAll(async () => {
  await muster?.stop();
  await rm(folder, { recursive: true, force: true });
});

const policy = async () => (await muster.call('GET', '/api/posture/policy', owner)).body;
async function endOfLife(): Promise<{ state: string | undefined; policy: unknown }> {
  const { body } = await muster.call('GET', `/api/posture/servers/${serverId}`, owner);
  const checks = body['checks'] as { checkId: string; state: string }[];
  return { state: checks.find(({ checkId }) => checkId === 'UPD-007')?.state, policy: body['policy'] };
}
/** Debian 12 is over, by whoever signed this. */
const over = (version: number) => ({ version, values: { endOfLife: { 'debian 12': '2026-01-01' } } });
const releaseKey = () => readKey(join(muster.folder, 'keys'), 'release');
async function load(signed: object): Promise<number> {
  await writeFile(watched, JSON.stringify(signed));
  await muster.running.app.get(LoadPolicyFile, { strict: false }).run(new Date());
  const { rows } = await muster.superuser.query(`select 1 from es.events where event_type = 'posture.PolicyImported'`);
  return rows.length;
}

test('what is built in judges until a pack was taken in, and a forged one is not', async () => {
  expect(await policy()).toMatchObject({ version: posturePolicy.version, source: 'built-in', sha256: null });
  expect(await load(signPack(over(FIRST), generateSigningKey(), new Date()))).toBe(0);
});

test('a pack of the release key judges every server anew without asking it, and an older one nothing', async () => {
  expect(await load(signPack(over(FIRST), releaseKey(), new Date()))).toBe(1);
  await muster.until(async () => (await endOfLife()).state === 'fail', 20_000);
  expect(await endOfLife()).toEqual({ state: 'fail', policy: FIRST });
  expect(await policy()).toMatchObject({ version: FIRST, source: 'pack', servers: 1, judged: 1 });
  expect(await load(signPack(over(FIRST - 1), releaseKey(), new Date()))).toBe(1);
  expect(await load(signPack({ version: FIRST + 1, values: {} }, releaseKey(), new Date()))).toBe(2);
  await muster.until(async () => (await endOfLife()).state === 'pass', 20_000);
});
