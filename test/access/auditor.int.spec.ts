// An auditor reads everything, changes nothing, takes the ledger away with its proofs and needs nobody's word for it; and
// asks who and what there was at a time.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands, queries } from '@muster/contracts';
import { endpoints } from '@muster/contracts/endpoints';
import { newId } from '@muster/kernel/ids';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Installation } from '../recovery/installation.ts';
import { runMuster } from '../recovery/muster.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { everyAnswer } from './everywhere.ts';
import { enter, firstOwner, PASSWORD, type Insider } from './people.ts';

let database: TestDatabase;
let folder = '';
let muster: Installation;
let owner: Insider;
let auditor: Insider;

async function invited(name: string, address: string, role: string): Promise<Insider> {
  const email = `${newId()}@hosting.example`;
  const { body } = await owner.browser.post('/api/people', { name, email });
  const insider = await enter(muster, String(body['link']), address);
  const given = await owner.browser.post('/api/access/grants', {
    holderId: insider.personId,
    role,
    scope: { kind: 'fleet' },
    until: new Date(Date.now() + 86_400_000).toISOString(),
    reason: 'For this quarter',
  });
  expect(given.status, JSON.stringify(given.body)).toBe(202);
  return insider;
}

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-auditor-'));
  ensureKeys(join(folder, 'keys'), 'auditor.test/muster/1', new Date());
  muster = await Installation.start(folder, database.url);
  owner = await firstOwner(muster, 'Olga Owner', 'olga@hosting.example');
  auditor = await invited('Anton Auditor', '198.51.100.20', 'auditor');
}, 120_000);

afterAll(async () => {
  await muster.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

it('reads everything that there is to read', async () => {
  const answers = await everyAnswer(auditor.browser, muster.port, {});
  expect([...answers.keys()]).toEqual(queries.map(({ name }) => name));
  // One is for programs alone: it says to a token what that token may.
  const refused = [...answers].filter(
    ([name, text]) => /^(401|403|5\d\d) /.test(text) && name !== 'access.GetUsedToken',
  );
  expect(refused).toEqual([]);
});

it('changes nothing: every command that is not about the own account is refused', async () => {
  const { rows: before } = await muster.superuser.query('select count(*)::int as n from muster.access_grants');
  for (const { name, permission } of commands.filter((command) => command.permission.on !== 'self')) {
    const [method = 'POST', template = ''] = endpoints[name] ?? [];
    const path = template.replaceAll(/:\w+/g, () => newId());
    const { status, body } = await auditor.browser.call(method, path, { body: {} });
    expect([name, status, body['code']]).toEqual([name, 403, 'forbidden']);
    expect(body['detail']).toContain(permission.name);
  }
  const { rows: after } = await muster.superuser.query('select count(*)::int as n from muster.access_grants');
  expect(after).toEqual(before);
});

it('takes the ledger away with content and proofs, and it verifies on another machine', async () => {
  const answers = await everyAnswer(auditor.browser, muster.port, {});
  const text = answers.get('audit.ExportLedger')?.slice('200 '.length) ?? '';
  const entries = text.split('\n').filter((line) => line.startsWith('{"k":"event"'));
  expect(entries.length).toBeGreaterThan(10);
  expect(text).not.toContain('{"k":"leaf"');
  const file = join(folder, 'ledger.ndjson');
  await writeFile(file, text);
  const trust = join(folder, 'keys', 'root.pub');
  const verified = await runMuster('', 'verify', '--export', file, '--trust', trust);
  expect(verified.code, verified.output).toBe(0);
  const forged = text.replace('For this quarter', 'For that quarter');
  expect(forged).not.toBe(text);
  await writeFile(file, forged);
  const wrong = await runMuster('', 'verify', '--export', file, '--trust', trust);
  expect(wrong.code, wrong.output).toBe(1);
});

it('knows who was there at a time, and with which grants', async () => {
  const guest = await invited('Greta Guest', '198.51.100.21', 'operator');
  await new Promise((resolve) => setTimeout(resolve, 50));
  const then = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await owner.browser.post(`/api/people/${guest.personId}/offboard`, { reason: 'Went home' });
  const at = async (moment: string) => {
    const { body } = await auditor.browser.get(`/api/access/population?at=${encodeURIComponent(moment)}`);
    return body as { people: { name: string }[]; grants: { holder: { name: string }; role: string }[] };
  };
  const [past, present] = [await at(then), await at(new Date().toISOString())];
  expect(past.people.map(({ name }) => name).sort()).toEqual(['Anton Auditor', 'Greta Guest', 'Olga Owner']);
  expect(past.grants.map(({ holder, role }) => `${holder.name} ${role}`).sort()).toEqual([
    'Anton Auditor auditor',
    'Greta Guest operator',
    'Olga Owner owner',
  ]);
  expect(present.people.map(({ name }) => name).sort()).toEqual(['Anton Auditor', 'Olga Owner']);
});

it('reads no secret: nothing that opens an account or a database is in any answer', async () => {
  const cookie = [...auditor.browser.cookies.values()];
  const secrets = [owner, auditor].flatMap(({ totpSecret, recoveryCodes }) => [totpSecret, ...recoveryCodes]);
  const { rows } = await muster.superuser.query<{ secret: string }>(
    `select password_hash as secret from muster.access_credentials where password_hash is not null
     union all select encode(token_hash, 'hex') from muster.access_sessions
     union all select encode(wrapped, 'hex') from vault.data_keys
     union all select encode(wrapped, 'hex') from vault.subject_keys`,
  );
  secrets.push(PASSWORD, ...cookie, ...rows.map(({ secret }) => secret));
  expect(secrets.length).toBeGreaterThan(25);
  for (const insider of [owner, auditor]) {
    for (const [name, text] of await everyAnswer(insider.browser, muster.port, {})) {
      expect(
        secrets.filter((secret) => secret !== '' && text.includes(secret)),
        name,
      ).toEqual([]);
    }
  }
});
