// A server's identity key is replaced: a real PostgreSQL, the real gateway, the agent's real link and its keys on disk. Whenever
// the machine dies, it comes back with a key that counts; a copy of the old key is good for nothing afterwards, and is seen.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockAddress } from '@muster/contracts/bans';
import { GetServer, OpenEnrolment, RotateKey } from '@muster/contracts/servers';
import { ensureKeys, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { generateSigningKey, signFor, type SigningKey } from '@muster/kernel/signing';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { newId } from '@muster/kernel/ids';
import type { KeySuccession } from '@muster/contracts/agent';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseSource } from '../../services/cli/src/ledger/database-source.ts';
import { Trust } from '../../services/cli/src/verify/trust.ts';
import { verifyLedger } from '../../services/cli/src/verify/verify-ledger.ts';
import { RawAgent } from '../attacks/support/raw-agent.ts';
import { SimulatedServer } from '../fleet/simulated-server.ts';
import { AgentProcesses, canRunAgent } from '../support/agent-processes.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { Installation } from './installation.ts';
import { DEATHS, StoredAgent } from './stored-agent.ts';
import { Switchboard } from './switchboard.ts';
import { until } from './until.ts';

const reason = 'A backup of the disk was copied';
let database: TestDatabase;
let folder = '';
let muster: Installation;
let older: string | undefined;
const agents: StoredAgent[] = [];

const controlPlane = (): string => `http://127.0.0.1:${muster.port}`;
const enrolled = async (
  name: string,
  options: { observeOnly?: boolean; dials?: string } = {},
): Promise<StoredAgent> => {
  const { token } = await muster.command(OpenEnrolment, { name, simulated: true });
  const enrolment = { controlPlane: controlPlane(), token, ...options };
  const agent = await StoredAgent.enrolled(join(folder, name), name, enrolment);
  agents.push(agent);
  return agent;
};
const shown = (agent: StoredAgent) => muster.query(GetServer, { serverId: agent.identity.server });
const connected = (agent: StoredAgent) => until(`${agent.name} is connected`, async () => agent.connected);
/** Connected, and the control plane knows that its agent can replace its key. */
const ready = async (agent: StoredAgent): Promise<void> => {
  await connected(agent);
  await until(`${agent.name} can be asked`, async () => (await shown(agent)).key.fixed === null);
};
const rotate = (agent: StoredAgent) => muster.command(RotateKey, { serverId: agent.identity.server, reason });
const rotated = (agent: StoredAgent) =>
  until(`${agent.name} has a new key`, async () => {
    const { keys } = await agent.store();
    return keys.next === undefined && keys.current.publicKey !== agent.identity.agentKey.publicKey && keys.current;
  });
/** How the gateway answers somebody who holds this key. */
const answerTo = async (agent: StoredAgent, agentKey: SigningKey, successions?: KeySuccession[]): Promise<string> => {
  const raw = new RawAgent(controlPlane());
  await raw.hello({ ...agent.identity, agentKey }, successions === undefined ? {} : { successions });
  const answer = await until('an answer', async () => raw.frames.find((one) => one.t !== 'challenge') ?? false);
  raw.end();
  return answer.t === 'goodbye' ? answer.code : answer.t;
};

async function asAdmin(work: (admin: pg.Client, name: string) => Promise<unknown>): Promise<void> {
  const url = new URL(database.url);
  url.pathname = '/postgres';
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  try {
    await work(admin, database.name);
  } finally {
    await admin.end();
  }
}

/** Nobody may be connected to it. */
async function copyOf({ url, name }: TestDatabase): Promise<string> {
  await until('it can be copied', () =>
    asAdmin((admin) => admin.query(`create database ${name}_older template ${name}`)).then(() => true),
  );
  return url.replace(`/${name}`, `/${name}_older`);
}

beforeAll(async () => {
  database = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), 'muster-agent-keys-'));
  ensureKeys(join(folder, 'keys'), 'agent-keys.test/muster/1', new Date());
  muster = await Installation.start(folder, database.url);
}, 120_000);
afterAll(async () => {
  for (const agent of agents) agent.stop();
  await muster.stop();
  if (older !== undefined) await asAdmin((admin, name) => admin.query(`drop database ${name}_older with (force)`));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('a server that is asked for a new key', () => {
  let agent: StoredAgent;
  const stolen = () => agent.identity.agentKey;

  beforeAll(async () => {
    agent = await enrolled('fra-web-01');
    await agent.start();
    await ready(agent);
    await muster.entrust(agent.identity.server);
    await muster.block('203.0.113.1');
    await until('it is blocked', async () => (await muster.openTasks(agent.identity.server)) === 0);
  });

  it('signs in with it; the ledger says who vouched for it, and the page shows the new fingerprint', async () => {
    const before = await shown(agent);
    const journal = (await agent.host.journal(0)).entries.length;
    await rotate(agent);
    const key = await rotated(agent);
    await connected(agent);
    const after = await until('it is shown', async () => {
      const server = await shown(agent);
      return server.key.rotationAskedAt === null && server;
    });
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.fingerprint).toBe((await agent.store()).enrolment.fingerprint);
    expect(Date.parse(after.key.since)).toBeGreaterThan(Date.parse(before.key.since));
    expect(after).toMatchObject({ confirmed: true, presence: 'present', key: { misused: null } });
    expect(await muster.data('servers.KeyRotated')).toMatchObject([
      {
        serverId: agent.identity.server,
        succession: {
          statement: { oldKey: stolen().publicKey, newKey: key.publicKey },
          signatures: { host: expect.any(String) as string },
        },
      },
    ]);
    // What the host remembers of its tasks is where it was, and it goes on working.
    expect((await agent.host.journal(0)).entries).toHaveLength(journal);
    await muster.block('203.0.113.2');
    await until('it is blocked', async () => (await muster.openTasks(agent.identity.server)) === 0);
  });

  it('leaves the old key good for nothing, and whoever tries it is shown', async () => {
    expect(await answerTo(agent, stolen())).toBe('unknown');
    expect(agent.connected).toBe(true);
    const { key, presence } = await until('it is shown', async () => {
      const server = await shown(agent);
      return server.key.misused !== null && server;
    });
    expect(key.misused).toMatchObject({ source: '127.0.0.1' });
    expect(presence).toBe('present');
    // Trying on and on leaves one event, not one each time.
    expect(await answerTo(agent, stolen())).toBe('unknown');
    expect(await muster.data('servers.FormerKeyRefused')).toHaveLength(1);
  });

  it('does not let the old key name another successor: the host key has not signed that', async () => {
    const { keys } = await agent.store();
    const thief = generateSigningKey();
    const forged = (old: SigningKey, host: string | null): KeySuccession => {
      const statement = {
        ...{ v: 1 as const, server: agent.identity.server, rotation: newId() },
        ...{ oldKey: old.publicKey, newKey: thief.publicKey, at: new Date().toISOString() },
      };
      const bytes = canonicalBytes(statement);
      const sign = (key: SigningKey) => signFor('muster/succession/v1', key, bytes);
      return { statement, signatures: { old: sign(old), new: sign(thief), host } };
    };
    const other = generateSigningKey();
    for (const old of [stolen(), keys.current]) {
      const { statement } = forged(old, null);
      const host = signFor('muster/succession/v1', other, canonicalBytes(statement));
      expect(await answerTo(agent, thief, [forged(old, null)])).toBe('unknown');
      expect(await answerTo(agent, thief, [forged(old, host)])).toBe('unknown');
    }
    expect((await shown(agent)).presence).toBe('present');
    expect(await muster.count('servers.KeyRotated')).toBe(1);
  });

  it('may be away when it is asked, and is not asked twice', async () => {
    agent.stop();
    await rotate(agent);
    await expect(rotate(agent)).rejects.toThrow(/was asked already/);
    expect((await shown(agent)).key.rotationAskedAt).not.toBeNull();
    await agent.start();
    await until('it answered', async () => (await shown(agent)).key.rotationAskedAt === null);
    expect(await muster.count('servers.KeyRotated')).toBe(2);
  });
});

describe('a machine that dies', () => {
  it.each(DEATHS)('%s comes back with one key that counts', async (moment) => {
    const agent = await enrolled(`ber-${DEATHS.indexOf(moment)}`);
    await agent.start(moment);
    await ready(agent);
    await rotate(agent);
    await until(`it died ${moment}`, async () => agent.died === moment);
    await agent.start();
    const key = await rotated(agent);
    await connected(agent);
    await until('it is recorded', async () => (await shown(agent)).key.rotationAskedAt === null);
    expect(await answerTo(agent, agent.identity.agentKey)).toBe('unknown');
    const server = await shown(agent);
    const store = await agent.store();
    expect(server.fingerprint).toBe(store.enrolment.fingerprint);
    expect(store.keys.current.publicKey).toBe(key.publicKey);
    const mine = (await muster.data('servers.KeyRotated')).filter(({ serverId }) => serverId === agent.identity.server);
    expect(mine).toHaveLength(1);
    agent.stop();
  });
});

describe.skipIf(!canRunAgent)('agentd and the root helper as they run on a server (needs root and nft)', () => {
  const source = join(import.meta.dirname, '../../services/node-agent/src/main.ts');
  let server: AgentProcesses;
  afterAll(() => server.stop());

  it('make a key together, and go on where they were', async () => {
    const { token } = await muster.command(OpenEnrolment, { name: 'ams-web-01' });
    server = new AgentProcesses(['--conditions=source', source], join(folder, 'ams-web-01'));
    const serverId = /^id +(\S+)$/m.exec(await server.enrol(controlPlane(), token))?.[1] ?? '';
    await server.start();
    await muster.entrust(serverId);
    const blocked = async (range: string): Promise<void> => {
      const target = { kind: 'server', serverId } as const;
      await muster.command(BlockAddress, { range, target, seconds: 3600, reason: 'Guessing passwords' });
      await until(`${range} is blocked`, async () => server.nft('list', 'table', 'inet', 'muster').includes(range));
    };
    await blocked('203.0.113.91');
    const journal = join(folder, 'ams-web-01/privd/journal');
    const remembered = await readFile(journal, 'utf8');
    await muster.command(RotateKey, { serverId, reason });
    const { fingerprint } = await until('it has a new key', async () => {
      const found = await muster.query(GetServer, { serverId });
      return found.key.rotationAskedAt === null && found;
    });
    await server.killAgentd();
    await server.startAgentd();
    expect((await server.status()).replaceAll(' ', '')).toContain(fingerprint);
    await blocked('203.0.113.92');
    expect((await readFile(journal, 'utf8')).startsWith(remembered)).toBe(true);
  }, 120_000);
});

describe('a server without a root helper', () => {
  it('replaces its key when it was asked to, and never without', async () => {
    const agent = await enrolled('hel-observer', { observeOnly: true });
    await agent.start();
    await ready(agent);
    const thief = generateSigningKey();
    const statement = {
      ...{ v: 1 as const, server: agent.identity.server, rotation: newId() },
      ...{ oldKey: agent.identity.agentKey.publicKey, newKey: thief.publicKey, at: new Date().toISOString() },
    };
    const sign = (key: SigningKey) => signFor('muster/succession/v1', key, canonicalBytes(statement));
    const unasked = { statement, signatures: { old: sign(agent.identity.agentKey), new: sign(thief), host: null } };
    expect(await answerTo(agent, thief, [unasked])).toBe('unknown');
    await rotate(agent);
    await rotated(agent);
    expect(await answerTo(agent, agent.identity.agentKey)).toBe('unknown');
  });
});

describe('an agent that cannot', () => {
  it('is not asked: the operator is told to update it', async () => {
    const identity = await muster.enrol(join(folder, 'old'), 'old-01');
    const old = new SimulatedServer(identity, {
      controlPlane: controlPlane(),
      banEveryMs: 0,
      log: () => undefined,
    });
    await expect(muster.command(RotateKey, { serverId: identity.server, reason })).rejects.toThrow(/not called yet/);
    await old.start();
    await until('it is connected', async () => old.connected);
    await until('it is refused', () =>
      expect(muster.command(RotateKey, { serverId: identity.server, reason }))
        .rejects.toThrow(/Update the agent first/)
        .then(() => true),
    );
    old.stop();
  });
});

describe('the ledger', () => {
  it('verifies: each new key was signed by the one before it and by the host', async () => {
    const source = await DatabaseSource.open(database.urlAs('muster_auditor'));
    const report = await verifyLedger(source, new Trust(readTrust(join(folder, 'keys')).rootKey));
    await source.close();
    expect(report.problems).toEqual([]);
  });
});

describe('a control plane that was put back to before the rotation', () => {
  it('is told by the server how it came by its key', async () => {
    for (const other of agents) other.stop();
    const board = await Switchboard.open();
    const agent = await enrolled('muc-db-01', { dials: board.url });
    board.plug(muster.port);
    await agent.start();
    await ready(agent);
    board.plug(null);
    await muster.stop();
    older = await copyOf(database);
    muster = await Installation.start(folder, database.url);
    board.plug(muster.port);
    await ready(agent);
    // Twice: the older database knows the key before the last one only.
    for (const times of [1, 2]) {
      await rotate(agent);
      await until('it took place', async () => (await agent.store()).keys.successions?.length === times);
    }
    board.plug(null);
    await muster.stop();
    // The restore proper, with its new epoch, is tried in restore.int.spec.ts; here it is enough that the log is shorter.
    await rm(join(folder, 'keys/ledger.signed.json'));
    muster = await Installation.start(folder, older);
    const rotations = await muster.count('servers.KeyRotated');
    board.plug(muster.port);
    await connected(agent);
    await until('both are on record', async () => (await muster.count('servers.KeyRotated')) >= rotations + 2);
    expect(await muster.count('servers.KeyRotated')).toBe(rotations + 2);
    expect(await answerTo(agent, agent.identity.agentKey)).toBe('unknown');
    await board.close();
  });
});
