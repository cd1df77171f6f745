// Somebody asks to be forgotten. The name was in events, read models, sessions, a backup; afterwards it is nowhere, and
// every proof still holds.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ensureKeys, readKey } from '@muster/control-plane/platform/keys/key-store';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backUp } from '../../services/cli/src/recovery/back-up.ts';
import { restore } from '../../services/cli/src/recovery/restore.ts';
import { DatabaseServer } from '../../services/cli/src/recovery/swap.ts';
import { Installation } from '../recovery/installation.ts';
import { runMuster } from '../recovery/muster.ts';
import { until } from '../recovery/until.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { everyAnswer, tablesWith } from './everywhere.ts';
import { enter, firstOwner, PASSWORD, type Insider } from './people.ts';

const NAME = 'Zelda Quixotine';
const EMAIL = 'zelda.quixotine@customer.example';
const DEVICE = 'ZeldasTelephone';
const ADDRESS = '203.0.113.213';
const WORDS = ['Quixotine', EMAIL, DEVICE, ADDRESS];
const reason = 'Asked for it in writing';

let database: TestDatabase;
let folder = '';
let muster: Installation;
let owner: Insider;
let zelda: Insider;
const leftBehind: string[] = [];
const at = (...parts: string[]): string => join(folder, ...parts);

async function invite(name: string, email: string): Promise<{ personId: string; link: string }> {
  const { status, body } = await owner.browser.post('/api/people', { name, email, role: 'operator' });
  expect(status, JSON.stringify(body)).toBe(202);
  return body as { personId: string; link: string };
}

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-erasure-'));
  ensureKeys(at('one', 'keys'), 'erasure.test/muster/1', new Date());
  muster = await Installation.start(at('one'), database.url);
  owner = await firstOwner(muster, 'Olga Owner', 'olga@hosting.example');
  const { personId, link } = await invite(NAME, EMAIL);
  zelda = await enter(muster, link, ADDRESS);
  const given = await owner.browser.post('/api/access/grants', {
    holderId: personId,
    role: 'operator',
    scope: { kind: 'fleet' },
    until: null,
    reason: 'Runs the servers',
  });
  expect(given.status, JSON.stringify(given.body)).toBe(202);
  // Known device, a refused sign-in, refused actions that name her: everything that could keep the name.
  const elsewhere = await zelda.browser.call('POST', '/api/session', {
    body: { email: EMAIL, password: `${PASSWORD}?` },
    headers: { 'user-agent': DEVICE },
  });
  expect(elsewhere.status).toBe(401);
  const again = await owner.browser.post('/api/people', { name: NAME, email: EMAIL });
  expect(again.status).toBe(409);
  const herself = await zelda.browser.post('/api/people', { name: `${NAME} the second`, email: `x${EMAIL}` });
  expect(herself.status).toBe(403);
  await zelda.browser.post('/api/groups', { name: 'Her group' });
}, 120_000);

afterAll(async () => {
  await muster.stop();
  await database.drop();
  const cluster = await DatabaseServer.connect(database.url);
  for (const name of leftBehind) await cluster.drop(name);
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

it('stands in the clear nowhere while she is there, and is shown to who may see it', async () => {
  expect(await tablesWith(muster.superuser, WORDS)).toEqual([]);
  const answers = await everyAnswer(owner.browser, muster.port, {});
  const naming = [...answers].filter(([, text]) => text.includes(NAME)).map(([name]) => name);
  expect(naming).toEqual(expect.arrayContaining(['access.ListPeople', 'access.ListGrants', 'audit.ListEntries']));
  await backUp({ url: database.url, installation: at('one'), to: at('backup'), now: new Date() });
});

it('is not erased while she may come in, and not by whoever may not', async () => {
  const path = `/api/people/${zelda.personId}/erase`;
  expect((await zelda.browser.post(path, { reason })).body).toMatchObject({ code: 'forbidden' });
  expect((await owner.browser.post(path, { reason })).body).toMatchObject({ code: 'still-here' });
  const gone = await owner.browser.post(`/api/people/${zelda.personId}/offboard`, { reason: 'Left on Friday' });
  expect(gone.status, JSON.stringify(gone.body)).toBe(202);
});

it('is gone from every page and every table at once, and from what is rebuilt', async () => {
  const erased = await owner.browser.post(`/api/people/${zelda.personId}/erase`, { reason });
  expect(erased.status, JSON.stringify(erased.body)).toBe(202);
  const named = async () => {
    const answers = await everyAnswer(owner.browser, muster.port, {
      'access.ListGrants': { ended: 'true' },
      'access.GetPopulation': { at: new Date(Date.now() - 1000).toISOString() },
      'audit.ListEntries': { who: zelda.personId },
      'audit.GetEntry': { position: '3' },
    });
    for (const name of ['access.ListPeople', 'access.ListGrants', 'access.GetPopulation', 'audit.ListEntries']) {
      expect(answers.get(name), name).toMatch(/^200 /);
    }
    return [...answers].filter(([, text]) => WORDS.some((word) => text.includes(word))).map(([name]) => name);
  };
  expect(await named()).toEqual([]);
  expect(await tablesWith(muster.superuser, WORDS)).toEqual([]);
  const { rows } = await muster.superuser.query(
    `select 1 from muster.access_sessions where person_id = $1
     union all select 1 from vault.subject_keys where subject_id = $1
     union all select 1 from muster.access_people where person_id = $1`,
    [zelda.personId],
  );
  expect(rows).toEqual([]);

  // The read model of people, made once more from the whole log.
  await muster.stop();
  const superuser = new pg.Pool({ connectionString: database.url, max: 1 });
  await superuser.query('delete from muster.access_people');
  await superuser.query(`delete from es.subscriptions where name = 'read-model/people'`);
  await superuser.end();
  muster = await Installation.start(at('one'), database.url);
  await until('the owner is known again', async () => {
    const { rows: people } = await muster.superuser.query('select 1 from muster.access_people');
    return people.length === 1;
  });
  owner.browser.port = muster.port;
  expect(await named()).toEqual([]);
});

it('leaves every proof: the database and an export verify', async () => {
  const trust = at('one', 'keys', 'keyset.json');
  const whole = await runMuster(database.url, 'verify', '--database', database.url, '--trust', trust);
  expect(whole.code, whole.output).toBe(0);
  const file = at('ledger.ndjson');
  const exported = await fetch(`http://127.0.0.1:${muster.port}/api/audit/export`, {
    headers: { cookie: [...owner.browser.cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
  });
  const text = await exported.text();
  expect(WORDS.filter((word) => text.includes(word))).toEqual([]);
  expect(text).toContain('access.SubjectErased');
  await writeFile(file, text);
  const elsewhere = await runMuster(database.url, 'verify', '--export', file, '--trust', trust);
  expect(elsewhere.code, elsewhere.output).toBe(0);
});

it('does not come back with a backup: not with one that is restored, nor out of its file', async () => {
  const keyIn = async () => gunzipSync(await readFile(at('backup', 'vault.subject_keys.gz'))).toString();
  expect(await keyIn()).toContain(zelda.personId);
  await muster.stop();
  await cp(at('one'), at('restored'), { recursive: true });
  const restored = await restore({
    from: at('backup'),
    url: database.url,
    keys: at('one', 'keys'),
    root: readKey(at('one', 'keys'), 'root'),
    passwords: {},
    replace: true,
    atLeastEpoch: 2,
    now: new Date(),
    say: () => undefined,
  });
  if (restored.kept !== null) leftBehind.push(restored.kept);
  muster = await Installation.start(at('one'), database.url);
  const { rows } = await muster.superuser.query('select 1 from vault.subject_keys where subject_id = $1', [
    zelda.personId,
  ]);
  expect(rows).toEqual([]);

  const forgotten = await runMuster(
    keptDatabase(restored.kept),
    'erase',
    'backup',
    at('backup'),
    '--installation',
    at('restored'),
  );
  expect([forgotten.code, forgotten.output]).toEqual([0, expect.stringContaining('1 keys were taken out')]);
  expect(await keyIn()).not.toContain(zelda.personId);
});

it('is asked for on the host as well, by address, and the address is free again', async () => {
  owner.browser.port = muster.port;
  const signedIn = await firstOwnerAgain();
  const email = 'paul.forgotten@customer.example';
  const invited = await signedIn.browser.post('/api/people', { name: 'Paul Forgotten', email });
  expect(invited.status, JSON.stringify(invited.body)).toBe(202);
  const args = ['erase', 'person', email, '--installation', at('one'), '--reason', reason];
  const tooEarly = await runMuster(database.url, ...args);
  expect([tooEarly.code, tooEarly.output]).toEqual([2, expect.stringContaining('Let the person go first')]);
  await signedIn.browser.post(`/api/people/${String(invited.body['personId'])}/offboard`, { reason: 'Never came' });
  const erased = await runMuster(database.url, ...args);
  expect([erased.code, erased.output]).toEqual([0, expect.stringContaining('Erased.')]);
  const anew = await signedIn.browser.post('/api/people', { name: 'Paul Again', email });
  expect(anew.status, JSON.stringify(anew.body)).toBe(202);
});

/** The database that a restore replaced knows who was erased before it. */
function keptDatabase(kept: string | null): string {
  const url = new URL(database.url);
  url.pathname = `/${kept ?? ''}`;
  return url.href;
}

/** After a restore everybody signs in anew. */
async function firstOwnerAgain(): Promise<Insider> {
  const { browser, recoveryCodes } = owner;
  const { body } = await browser.post('/api/session', { email: 'olga@hosting.example', password: PASSWORD });
  const challengeId = String(body['challengeId']);
  const entered = await browser.post('/api/session/factor', {
    factor: 'recovery-code',
    challengeId,
    code: recoveryCodes[0],
  });
  expect(entered.status, JSON.stringify(entered.body)).toBe(200);
  return owner;
}
