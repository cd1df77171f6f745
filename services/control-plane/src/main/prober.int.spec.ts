// The prober through a whole control plane: it takes a server's turn with a role that can do nothing else, and what it saw
// becomes findings, apart from what the server says and compared with it.
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { OutsideView, ProbeReport } from '@muster/contracts/posture';
import { sha256Hex } from '@muster/kernel/hashing';
import { keyInWords, keyOfRecord } from '@muster/posture/dkim/key';
import { dkimKeys } from '@muster/posture/probes/dkim-keys';
import { listeners } from '@muster/posture/probes/listeners';
import { reportOf } from '@muster/posture/gather';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Prober } from '../domains/posture/prober/prober.ts';
import { portsToTry } from '../domains/posture/prober/ports.ts';
import { readProberSettings } from '../domains/posture/prober/settings.ts';
import { Turns } from '../domains/posture/prober/turns.ts';
import { connect, type ProcessConnection } from '../platform/database/database.ts';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';
import { SteeredDns } from './testing/steered-dns.ts';

const HERE = '127.0.0.1';

let muster: RunningMuster;
let owner: SignedIn;
let servers: ProbedServers;
let database: ProcessConnection;
let turns: Turns;
/** Listens, and the server does not say so. */
let hidden: Server;
/** Listens, and the server says so. */
let told: Server;
let serverId: string;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  servers = new ProbedServers(muster);
  database = connect(muster.databaseUrlAs('muster_prober'), 'prober', 2);
  turns = new Turns(database.pool);
  told = await listening(0);
  hidden = await onAny(portsToTry(null).filter((port) => port > 5000));
  serverId = await enrolled('edge-1');
}, 60_000);
afterAll(async () => {
  hidden?.close();
  told?.close();
  await database?.pool.end();
  await muster?.stop();
});

async function listening(port: number): Promise<Server> {
  const server = createServer((socket) => socket.end()).listen(port, HERE);
  await once(server, 'listening');
  return server;
}
async function onAny([port, ...others]: readonly number[]): Promise<Server> {
  if (port === undefined) throw new Error('every port that the prober tries is taken here');
  return listening(port).catch(() => onAny(others));
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Its agent is connected from loopback, and says that it has that address and one of somebody else. */
async function enrolled(name: string): Promise<string> {
  const id = await muster.server(name);
  await muster.superuser.query(
    `insert into muster.servers_presence (server_id, heard_at, boot_id, agent_version, machine_hash, address)
     values ($1, now(), 'boot', '1', 'machine', $2)
     on conflict (server_id) do update set address = excluded.address`,
    [id, HERE],
  );
  const facts = { interfaces: [{ name: 'eth0', addresses: [`${HERE}/8`, '8.8.8.8/32'] }] };
  await muster.superuser.query(
    `insert into muster.servers_inventory (server_id, at, facts, sha256) values ($1, now(), $2, 'x')`,
    [id, JSON.stringify(facts)],
  );
  return id;
}

function says(...ports: readonly number[]): Promise<ProbeReport> {
  const one = (port: number) => ({ protocol: 'tcp' as const, address: '0.0.0.0', port, process: 'told', unit: null });
  return reportOf(listeners, () => Promise.resolve({ read: true, listeners: ports.map(one) }), {
    now: Date.now,
    clean: (value) => value,
  });
}

const DIGEST = 'ab'.repeat(32);
function signs(domain: string, selector: string, sha256 = DIGEST): Promise<ProbeReport> {
  const rule = {
    program: 'opendkim' as const,
    from: domain,
    below: false,
    domain,
    selector,
    file: '/etc/opendkim/key',
  };
  const keys = [{ ...rule, key: { type: 'rsa', bits: 2048, sha256 } }];
  const signers = [{ program: 'opendkim' as const, read: true }];
  return reportOf(dkimKeys, () => Promise.resolve({ signers, keys, left: 0 }), {
    now: Date.now,
    clean: (value) => value,
  });
}

interface Page {
  readonly checks: { checkId: string; state: string; why: string | null; findings: { evidence: object }[] }[];
  readonly outside: OutsideView | null;
}
async function page(of = serverId): Promise<Page> {
  return (await muster.call('GET', `/api/posture/servers/${of}`, owner)).body as unknown as Page;
}
const checkOf = async (id: string, of = serverId) => (await page(of)).checks.find(({ checkId }) => checkId === id);

/** By default nobody answers what is asked of the DNS. */
async function lookedAt(id: string, resolver = '127.0.0.1:9'): Promise<void> {
  const settings = readProberSettings({
    MUSTER_DATABASE_URL_PROBER: 'postgresql://given-above/',
    MUSTER_PROBER_NETWORKS: `${HERE}/32`,
    MUSTER_PROBER_RESOLVERS: resolver,
  });
  const prober = new Prober(turns, settings, { info: () => undefined, error: () => undefined });
  const running = prober.run(() => undefined);
  try {
    await muster.until(async () => {
      const { rows } = await muster.superuser.query(
        `select 1 from muster.posture_outside_reports where server_id = $1 and probe = 'outside-dkim'`,
        [id],
      );
      return rows.length === 1;
    }, 30_000);
  } finally {
    prober.stop();
    await running;
  }
}

describe('a server that is looked at', () => {
  test('is not known before, and never fine', async () => {
    await servers.report(serverId, await says(portOf(told)));
    await servers.report(serverId, await signs('shop.spec', 'mail'));
    await muster.until(async () => (await checkOf('FW-003'))?.state !== undefined);
    await muster.until(async () => (await checkOf('OUT-001'))?.why === 'Nobody has looked from outside yet', 15_000);
    expect(await checkOf('OUT-001')).toMatchObject({ state: 'unknown' });
    expect((await page()).outside).toBeNull();
  });

  test('shows what it does not say: a port that answers and nobody is told to listen on', async () => {
    await lookedAt(serverId);
    await muster.until(async () => (await checkOf('OUT-001'))?.state === 'fail', 15_000);
    const evidence = (await checkOf('OUT-001'))?.findings.map((one) => one.evidence);
    expect(evidence).toContainEqual({ port: portOf(hidden), addresses: HERE });
    expect(evidence).not.toContainEqual(expect.objectContaining({ port: portOf(told) }));
    const { outside } = await page();
    expect(outside?.ports).toEqual(
      expect.arrayContaining([
        { port: portOf(told), programs: ['told'], listens: true, answered: 'open', verdict: 'reachable' },
        { port: portOf(hidden), programs: [], listens: false, answered: 'open', verdict: 'unexplained' },
      ]),
    );
    // No resolver answers here, so that what it signs with stands beside nothing, and is not fine.
    const signs = { type: 'rsa', bits: 2048, sha256: DIGEST };
    expect(outside?.signatures).toEqual([
      { domain: 'shop.spec', selector: 'mail', signs, published: null, verdict: 'not-compared' },
    ]);
    expect(await checkOf('MAIL-005')).toMatchObject({ state: 'unknown' });
    expect(outside?.addresses).toEqual([
      { address: HERE, refused: null },
      { address: '8.8.8.8', refused: 'only the server says that it has it' },
    ]);
  });

  test('says later that it listens: the alarm ends without another look', async () => {
    await servers.report(serverId, await says(portOf(told), portOf(hidden), 3306));
    await muster.until(
      async () => !(await checkOf('OUT-001'))?.findings.some(({ evidence }) => hasPort(evidence, portOf(hidden))),
      15_000,
    );
    // It was not said when it was looked at, so that it did not answer then says nothing.
    const { outside } = await page();
    expect(outside?.ports.find(({ port }) => port === 3306)?.verdict).toBe('not-compared');
  });

  test('is not looked at again before its time', async () => {
    expect(await turns.next()).toBeUndefined();
  });
});

const hasPort = (evidence: object, port: number): boolean => 'port' in evidence && evidence.port === port;

describe('a report in the prober’s name', () => {
  test('is not taken from an agent', async () => {
    const forged = { addresses: [{ address: HERE, refused: null }], said: [], ports: [], left: 0 };
    await servers.report(serverId, {
      probe: 'outside-ports',
      at: new Date().toISOString(),
      durationMs: 1,
      sha256: sha256Hex('forged'),
      reading: forged,
      error: null,
      unreadable: [],
    });
    const { rows } = await muster.superuser.query(
      `select 1 from muster.posture_reports where server_id = $1 and probe like 'outside-%'`,
      [serverId],
    );
    expect(rows).toEqual([]);
  });
});

describe('the role of the prober', () => {
  test.each([
    'select * from muster.servers_servers',
    'select * from muster.servers_presence',
    'select * from muster.clients_sites',
    'select * from muster.posture_reports',
    'select * from muster.posture_outside_reports',
    'select * from muster.posture_outside_turns',
    'insert into muster.posture_judgements (server_id, tenant_id) values (gen_random_uuid(), gen_random_uuid())',
    'select * from vault.subject_keys',
    'select * from es.events',
  ])('cannot: %s', async (statement) => {
    await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test('hands nothing in for a server that has no turn', async () => {
    const stranger = '0190b5e2-7a10-7000-8000-00000000ffff';
    await turns.keep(stranger, [await says(1)], 1);
    const { rows } = await muster.superuser.query('select 1 from muster.posture_outside_reports where server_id = $1', [
      stranger,
    ]);
    expect(rows).toEqual([]);
  });

  test('hands in no report in the name of a probe', async () => {
    await expect(turns.keep(serverId, [await says(1)], 1)).rejects.toMatchObject({ code: '23514' });
  });
});

describe('turns', () => {
  test('are taken once, by whoever comes first, and are told nothing of a simulated server', async () => {
    const others = await Promise.all(['edge-2', 'edge-3'].map(enrolled));
    await muster.superuser.query('update muster.servers_servers set simulated = true where server_id = $1', [
      others[1],
    ]);
    for (const id of others) await servers.report(id, await signs('shop.spec', 'mail'));
    const taken = (await Promise.all([turns.next(), turns.next(), turns.next()])).flatMap((turn) => turn ?? []);
    expect(new Set(taken.map((turn) => turn.serverId))).toEqual(new Set(others));
    expect(taken).toHaveLength(2);
    const simulated = taken.find((turn) => turn.serverId === others[1]);
    expect(simulated).toMatchObject({ seenFrom: null, claimed: [], signing: null });
    expect(taken.find((turn) => turn.serverId === others[0])).toMatchObject({
      seenFrom: HERE,
      listening: null,
      // Under which names, and nothing of where the key lies.
      signing: [{ domain: 'shop.spec', selector: 'mail', sha256: DIGEST }],
    });
  });
});

describe('a server that says which keys sign its mail', () => {
  test('is told when the DNS has another one, and no longer when it has the same', async () => {
    const dns = await SteeredDns.start();
    try {
      dns.exchange('signed.spec', 'mail.signed.spec');
      dns.address('mail.signed.spec', [HERE]);
      const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const p = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
      dns.text('mail._domainkey.signed.spec', `v=DKIM1; k=rsa; p=${p}`);
      const id = await enrolled('edge-9');
      await servers.report(id, await signs('signed.spec', 'mail'));
      await lookedAt(id, dns.server);
      await muster.until(async () => (await checkOf('MAIL-005', id))?.state === 'fail', 15_000);
      expect((await checkOf('MAIL-005', id))?.findings.map(({ evidence }) => evidence)).toEqual([
        {
          domain: 'signed.spec',
          selectors: 'mail',
          wrong: 'another key is published than the one that signs',
          signs: `rsa of 2048 bits, SHA-256 ${DIGEST.slice(0, 16)}…`,
          file: '/etc/opendkim/key',
          published: keyInWords(keyOfRecord('rsa', p)),
        },
      ]);
      expect((await page(id)).outside?.signatures).toMatchObject([{ domain: 'signed.spec', verdict: 'other' }]);
      expect(dns.asked).toContain('TXT mail._domainkey.signed.spec');

      // The server signs with what is published, and the DNS is asked anew.
      await servers.report(id, await signs('signed.spec', 'mail', keyOfRecord('rsa', p).sha256 ?? ''));
      await muster.until(async () => (await page(id)).outside?.signatures[0]?.verdict === 'not-compared', 15_000);
      await muster.superuser.query(
        `delete from muster.posture_outside_reports where server_id = '${id}';
         update muster.posture_outside_turns set due_at = now() where server_id = '${id}'`,
      );
      await lookedAt(id, dns.server);
      await muster.until(async () => (await checkOf('MAIL-005', id))?.state === 'pass', 15_000);
    } finally {
      dns.stop();
    }
  }, 90_000);
});
