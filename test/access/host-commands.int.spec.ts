// What whoever holds the host may do around every rule, as it is run there: a way in for a time, and another key for what
// is sealed at rest.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMasterKey, WrappingKey } from '@muster/control-plane/platform/personal-data/data-key';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import type { ReviewRow } from '@muster/contracts/reviews';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../recovery/installation.ts';
import { runMuster } from '../recovery/muster.ts';
import { until } from '../recovery/until.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { enter, firstOwner, PASSWORD, type Insider } from './people.ts';

let database: TestDatabase;
let folder = '';
let muster: Installation;
let owner: Insider;

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-host-'));
  ensureKeys(join(folder, 'keys'), 'host.test/muster/1', new Date());
  muster = await Installation.start(folder, database.url);
  owner = await firstOwner(muster, 'Olga Owner', 'olga@hosting.example');
}, 120_000);

afterAll(async () => {
  await muster.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runMuster(database.url, ...args, '--installation', folder);

describe('muster break-glass', () => {
  let emergency: Insider;
  let opened = 0;

  const attention = async () => {
    const { body } = await owner.browser.get('/api/fleet');
    return (body['attention'] as { kind: string; severity: string; subject: { text: string } }[]).filter(
      ({ kind }) => kind === 'break-glass-open',
    );
  };

  it('wants a reason and an end', async () => {
    expect((await run('break-glass')).code).toBe(2);
    expect((await run('break-glass', '--reason', 'x')).code).toBe(2);
    expect((await run('break-glass', '--reason', 'No phones', '--minutes', '9999')).code).toBe(2);
    expect(await muster.count('access.BreakGlassOpened')).toBe(0);
  });

  it('opens an owner’s account with one link, and tells every owner', async () => {
    opened = Date.now();
    const { code, output } = await run('break-glass', '--reason', 'Both phones are lost', '--minutes', '0.4');
    expect([code, output]).toEqual([0, expect.stringContaining('/enter#')]);
    const link = output.split('\n')[0] ?? '';
    await until('every owner is told', async () => (await attention()).length === 1);
    expect(await attention()).toMatchObject([{ severity: 'critical', subject: { text: 'Both phones are lost' } }]);
    emergency = await until('the account is there', () => enter(muster, link, '198.51.100.40'));
    await expect(enter(muster, link, '198.51.100.41')).rejects.toThrow();
    const invited = await emergency.browser.post('/api/people', { name: 'New Owner', email: 'new@hosting.example' });
    expect(invited.status, JSON.stringify(invited.body)).toBe(202);
    const [event] = await muster.data('access.BreakGlassOpened');
    expect(event).toMatchObject({ personId: emergency.personId, reason: 'Both phones are lost' });
    const { rows } = await muster.superuser.query<{ kind: string }>(
      `select convert_from(meta, 'UTF8')::jsonb ->> 'actorKind' as kind from es.events
       where event_type = 'access.BreakGlassOpened'`,
    );
    expect(rows).toEqual([{ kind: 'break-glass' }]);
  });

  it('ends by itself, with every session and whatever opened it', async () => {
    await until('it has ended', async () => (await muster.count('access.BreakGlassEnded')) === 1, 40_000);
    expect(Date.now() - opened).toBeGreaterThan(20_000);
    expect((await emergency.browser.get('/api/people')).status).toBe(401);
    await until('nobody is told of it any more', async () => (await attention()).length === 0);
    const again = await emergency.browser.post('/api/session', { email: 'x', password: PASSWORD });
    expect(again.status).toBe(401);
    const { rows } = await muster.superuser.query(
      'select password_hash, totp_secret from muster.access_credentials where person_id = $1',
      [emergency.personId],
    );
    expect(rows).toEqual([{ password_hash: null, totp_secret: null }]);
  });

  it('leaves a duty that stays open until an owner attests it', async () => {
    const reviews = async () => {
      const { body } = await owner.browser.get('/api/reviews');
      return (body['reviews'] as ReviewRow[]).filter(({ kind }) => kind === 'break-glass');
    };
    const [review] = await reviews();
    expect(review).toMatchObject({
      state: 'open',
      owner: { id: owner.personId },
      about: { id: emergency.personId, name: 'Emergency account' },
    });
    const { body } = await owner.browser.get(`/api/audit/entries?who=${emergency.personId}`);
    expect((body['entries'] as { type: string }[]).map(({ type }) => type)).toContain('access.PersonInvited');
    const path = `/api/reviews/${review?.reviewId ?? ''}/attest`;
    const statement = 'One invitation, as agreed on the phone';
    const attested = await owner.browser.post(path, { name: 'Olga Owner', statement });
    expect(attested.status, JSON.stringify(attested.body)).toBe(202);
    expect(await reviews()).toMatchObject([{ state: 'attested', statement }]);
  });
});

describe('muster secrets', () => {
  const keyFile = () => join(folder, 'secrets.key');
  const wrappings = async () => {
    const { rows } = await muster.superuser.query<{ id: string }>('select wrapping_key as id from vault.data_keys');
    return rows.map(({ id }) => id).sort();
  };
  /** Opens the sealed seed of codes and the sealed name. */
  const signsIn = async () => {
    const { body } = await owner.browser.post('/api/session', { email: 'olga@hosting.example', password: PASSWORD });
    const code = generateSync({ secret: owner.totpSecret });
    const factor = await owner.browser.post('/api/session/factor', {
      factor: 'totp',
      challengeId: body['challengeId'],
      code,
    });
    // A code counts once: "used" says that the seed was opened, too.
    expect([200, 400, 401], JSON.stringify(factor.body)).toContain(factor.status);
    const session = await owner.browser.get('/api/session');
    expect(session.body).toMatchObject({ me: { name: 'Olga Owner' } });
  };

  it('rotates while Muster works, and can be done twice', async () => {
    const first = WrappingKey.fromFile(keyFile());
    expect(await wrappings()).toEqual([first.id]);
    for (const times of [1, 2]) {
      const before = WrappingKey.fromFile(keyFile());
      const { code, output } = await run('secrets', 'rotate');
      expect([code, output]).toEqual([0, expect.stringContaining(before.id)]);
      const after = WrappingKey.fromFile(keyFile());
      expect(after.id).not.toBe(before.id);
      expect(await wrappings()).toContain(after.id);
      expect(await wrappings()).toHaveLength(times + 1);
      await signsIn();
    }
    expect(await muster.count('audit.SecretKeyRotated')).toBe(2);
    expect((await readdir(folder)).filter((name) => /^secrets-.*\.key$/.test(name))).toHaveLength(2);
  });

  it('starts with the new one, and the old ones open nothing once they are retired', async () => {
    await muster.stop();
    muster = await Installation.start(folder, database.url);
    owner.browser.port = muster.port;
    await signsIn();
    const retired = await run('secrets', 'retire');
    expect([retired.code, retired.output]).toEqual([0, expect.stringContaining('No longer accepted')]);
    expect((await run('secrets', 'retire')).output).toContain('Nothing else opened it');
    const present = WrappingKey.fromFile(keyFile());
    expect(await wrappings()).toEqual([present.id]);
    for (const name of (await readdir(folder)).filter((file) => /^secrets-.*\.key$/.test(file))) {
      const old = WrappingKey.fromFile(join(folder, name));
      await expect(openMasterKey(muster.superuser, old)).rejects.toThrow(/under another key/);
    }
    await signsIn();
  });

  it('opens a backup of before with the key that was kept', async () => {
    const [older = ''] = (await readdir(folder)).filter((name) => /^secrets-.*\.key$/.test(name));
    const old = WrappingKey.fromFile(join(folder, older));
    const present = WrappingKey.fromFile(keyFile());
    // As a restored database has it: wrapped under the key of its time, and no other.
    const { rows } = await muster.superuser.query<{ wrapped: Buffer }>('select wrapped from vault.data_keys');
    const dataKey = present.unwrap(rows[0]?.wrapped ?? Buffer.alloc(0));
    await muster.superuser.query('delete from vault.data_keys');
    await muster.superuser.query('insert into vault.data_keys (wrapping_key, wrapped) values ($1, $2)', [
      old.id,
      old.wrap(dataKey),
    ]);
    await expect(openMasterKey(muster.superuser, present)).rejects.toThrow(/muster secrets rewrap/);
    expect((await run('secrets', 'rewrap')).output).toContain(old.id);
    await expect(openMasterKey(muster.superuser, present)).resolves.toBeDefined();
    expect((await readFile(keyFile(), 'utf8')).length).toBeGreaterThan(40);
  });
});
