// The first page over more servers than its roll shows: whoever is in trouble is named, wherever in the alphabet.
import type { Attention } from '@muster/contracts/fleet';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiUnderTest, type Browser } from '../../main/testing/api-under-test.ts';

let api: ApiUnderTest;
let desk: Browser;

beforeAll(async () => {
  api = await ApiUnderTest.start();
  desk = api.browser('198.51.100.7');
  await api.setUpOwner(desk);
});
afterAll(() => api.stop());

interface Is {
  readonly confirmed?: boolean;
  readonly quarantined?: boolean;
  readonly retired?: boolean;
  readonly silent?: boolean;
}

/** As the read models show one; silent since eight o'clock. */
async function server(
  name: string,
  { confirmed = true, quarantined = false, retired = false, silent = false }: Is = {},
) {
  const id = newId();
  await api.superuser.query(
    `insert into muster.servers_servers (server_id, tenant_id, name, hostname, enrolment_id, agent_key, fingerprint,
       machine_hash, agent_version, offers, observe_only, simulated, confirmed, quarantined, retired, enrolled_at)
     values ($1::uuid, $2, $3, $3, gen_random_uuid(), $1::uuid::text, '', $1::uuid::text, '0.2.0', '{}', false, true, $4, $5, $6,
       '2026-11-01T07:00:00Z')`,
    [id, DEFAULT_TENANT, name, confirmed, quarantined, retired],
  );
  await api.superuser.query(
    `insert into muster.servers_presence (server_id, heard_at, boot_id, agent_version, machine_hash, silent, silent_since)
     values ($1::uuid, '2026-11-01T08:00:00Z', '', '0.2.0', $1::uuid::text, $2, case when $2 then '2026-11-01T08:00:00Z'::timestamptz end)`,
    [id, silent],
  );
  return id;
}

async function attention(): Promise<ReadonlyMap<string, Attention>> {
  const { status, body } = await desk.get('/api/fleet');
  expect(status).toBe(200);
  expect((body['roll'] as unknown[]).length).toBe(500);
  return new Map((body['attention'] as Attention[]).map((item) => [item.kind, item]));
}

test('names servers in trouble behind the end of the roll, and nobody who is well or gone', async () => {
  for (let n = 0; n < 500; n += 1) await server(`a-${String(n).padStart(3, '0')}`);
  const calm = await attention();
  for (const kind of ['servers-silent', 'identity-conflict', 'server-unconfirmed']) expect(calm.has(kind)).toBe(false);

  const silent = await server('z-silent', { silent: true });
  const copied = await server('z-copied', { quarantined: true, silent: true });
  const unconfirmed = await server('z-new', { confirmed: false });
  await server('z-gone', { retired: true, silent: true, confirmed: false });

  const found = await attention();
  expect(found.get('servers-silent')).toMatchObject({
    severity: 'critical',
    since: '2026-11-01T08:00:00.000Z',
    subject: { serverIds: [silent], names: ['z-silent'], count: 1 },
  });
  expect(found.get('identity-conflict')?.subject).toMatchObject({ serverIds: [copied], count: 1 });
  expect(found.get('server-unconfirmed')).toMatchObject({
    severity: 'warn',
    since: '2026-11-01T07:00:00.000Z',
    subject: { serverIds: [unconfirmed] },
  });
});

test('counts all of them, and names the first two hundred', async () => {
  await api.superuser.query('update muster.servers_presence set silent = true, silent_since = heard_at');
  const { subject } = (await attention()).get('servers-silent') ?? {};
  expect(subject?.count).toBe(502);
  expect(subject?.names).toHaveLength(200);
  expect(subject?.names[0]).toBe('a-000');
});
