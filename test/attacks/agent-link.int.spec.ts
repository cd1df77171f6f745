// Hostile peers at the gateway: whatever they send, they are cut off, learn nothing, and the good agent beside them goes on
// working. Real processes, real sockets.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetServer, OpenEnrolment } from '@muster/contracts/servers';
import { MAX_FRAME_BYTES, MAX_HELLO_BYTES } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { generateSigningKey, signFor } from '@muster/kernel/signing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol } from '../../services/node-agent/src/link/index.ts';
import { eventually } from '../e2e/support/lab-under-test.ts';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { SimulatedServer } from '../fleet/simulated-server.ts';
import { entrust } from '../support/agents.ts';
import { RawAgent } from './support/raw-agent.ts';
import { UnderAttack } from './support/under-attack.ts';

/** Addresses of the attacker; the good agent comes from 127.0.0.1. */
const ATTACKER = '127.0.0.66';

let up: UnderAttack;
let good: SimulatedIdentity;
let database: pg.Pool;

beforeAll(async () => {
  up = await UnderAttack.begin({ MUSTER_LIMIT_REQUEST_SECONDS: '8' });
  good = await up.goodServer('fra-web-01');
  database = new pg.Pool({ connectionString: up.database.url, max: 2 });
}, 120_000);
afterAll(async () => {
  await database?.end();
  await up?.end();
}, 60_000);

async function eventsOf(type: string, serverId: string): Promise<number> {
  const { rows } = await database.query<{ many: string }>(
    `select count(*) as many from es.events where event_type = $1 and stream_id = $2`,
    [type, `server-${serverId}`],
  );
  return Number(rows[0]?.many);
}

describe('a stranger at the gateway', () => {
  const first = '{"t":"hello","v":1';

  it.each([
    ['text that is no JSON', (stranger: RawAgent) => stranger.socket.send(first)],
    ['a frame that is no hello', (stranger: RawAgent) => stranger.beat()],
    ['binary', (stranger: RawAgent) => stranger.socket.send(Buffer.alloc(64, 7))],
    ['more than a hello can be', (stranger: RawAgent) => stranger.socket.send('x'.repeat(MAX_HELLO_BYTES + 1))],
    ['a frame beyond the protocol', (stranger: RawAgent) => stranger.socket.send('x'.repeat(MAX_FRAME_BYTES + 1))],
  ])('that sends %s is cut off', async (_, attack) => {
    const stranger = new RawAgent(up.gateways.first, ATTACKER);
    await stranger.until('challenge');
    attack(stranger);
    await stranger.closed();
    expect(stranger.frames.some((frame) => frame.t === 'welcome')).toBe(false);
    await up.works(good);
  });

  it('is told the same for a server that exists and one that does not', async () => {
    const forged = { ...good, agentKey: generateSigningKey() };
    const answers: unknown[] = [];
    for (const identity of [forged, { ...forged, server: '0190b5e2-7a10-7000-8000-00000000ffff' }]) {
      const stranger = new RawAgent(up.gateways.first, ATTACKER);
      await stranger.hello(identity);
      answers.push(await stranger.until('goodbye'));
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ code: 'unknown' });
  });

  it('that asks for an upgrade in nonsense leaves the gateway up', async () => {
    const head = 'Connection: Upgrade\r\nUpgrade: websocket\r\nHost: x\r\nSec-WebSocket-Version: 13\r\n\r\n';
    for (const path of ['//', '/\\', '/agent/v1/elsewhere', '//:0']) {
      const port = Number(new URL(up.gateways.first).port);
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      const over = new Promise((resolve) => socket.resume().once('close', resolve));
      socket.write(`GET ${path} HTTP/1.1\r\n${head}`);
      await over;
    }
    await up.works(good);
  });

  it('that resets the connection while it is refused leaves the gateway up', async () => {
    const port = Number(new URL(up.gateways.first).port);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        'GET /agent/v1/link HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      await sleep(2);
      socket.resetAndDestroy();
    }
    await up.works(good);
  });
});

describe('a thousand half-open handshakes', () => {
  it('hold no more places than one address has, and nobody else up', async () => {
    const strangers = Array.from({ length: 1000 }, () => new RawAgent(up.gateways.first, ATTACKER));
    await eventually(
      'the flood is judged',
      () => Promise.resolve(strangers.filter((one) => one.closedWith !== undefined || one.frames.length > 0).length),
      (judged) => judged === strangers.length,
      30_000,
    );
    const waiting = strangers.filter((one) => one.closedWith === undefined);
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.length).toBeLessThanOrEqual(64);
    // A good agent that was connected works on, and one that comes now gets in.
    await up.works(good);
    const newcomer = await up.agent('ber-mail-01');
    const agent = new RawAgent(up.gateways.first);
    await agent.hello(newcomer);
    await agent.until('welcome');
    agent.end();
    await Promise.all(waiting.map((one) => one.closed(20_000)));
  }, 60_000);

  it('that do not even ask for an upgrade are closed as well', async () => {
    const port = Number(new URL(up.gateways.first).port);
    const sockets = Array.from({ length: 1000 }, () => connect({ port, host: '127.0.0.1', localAddress: ATTACKER }));
    let open = 0;
    for (const socket of sockets) {
      open += 1;
      socket.on('error', () => undefined);
      socket.resume().on('close', () => (open -= 1));
      socket.write('GET /agent/v1/link HTTP/1.1\r\nHost: ');
    }
    await up.works(good);
    await eventually(
      'all are closed',
      () => Promise.resolve(open),
      (left) => left === 0,
      30_000,
    );
    await up.works(good);
  }, 60_000);
});

describe('an agent that has proved its key', () => {
  const enter = async (name: string): Promise<RawAgent> => {
    const agent = new RawAgent(up.gateways.first);
    await agent.hello(await up.agent(name));
    await agent.until('welcome');
    return agent;
  };

  const nested = (levels: number): string => {
    const reading = '['.repeat(levels) + ']'.repeat(levels);
    const report = `"probe":"listeners","at":"2026-11-20T13:00:00.000Z","durationMs":1,"sha256":"${'0'.repeat(64)}"`;
    return `{"t":"batch","seq":1,"body":{"kind":"posture","items":[{${report},"reading":${reading},"error":null,"unreadable":[]}]}}`;
  };

  it('is closed when it sends what no agent sends, and others are unharmed', async () => {
    const before = up.gatewayProcesses();
    for (const [index, attack] of [
      (agent: RawAgent) => agent.socket.send('x'.repeat(MAX_FRAME_BYTES + 1)),
      (agent: RawAgent) => agent.socket.send('{"t":"batch","seq":1,"body":{"kind":"gossip","items":[]}}'),
      (agent: RawAgent) => agent.socket.send(Buffer.alloc(1000, 1)),
      // A field of a probe's own choice, ten thousand lists deep: looking at it must not end the gateway.
      (agent: RawAgent) => agent.socket.send(nested(10_000)),
      (agent: RawAgent) => agent.send({ t: 'heartbeat', time: 'yesterday', seenSize: -1, load1: 0, spooled: 0 }),
    ].entries()) {
      const agent = await enter(`hel-web-${index}`);
      attack(agent);
      await agent.closed();
    }
    await up.works(good);
    expect(up.gatewayProcesses()).toEqual(before);
  });

  it('is closed when it floods', async () => {
    const agent = await enter('hel-db-01');
    for (let sent = 0; sent < 5000; sent += 1) agent.beat();
    expect((await agent.closed()).reason).toBe('too many frames');
    await up.works(good);
  });

  it('cannot answer for another server', async () => {
    const victim = await up.agent('ams-db-01');
    const attacker = await enter('ams-web-01');
    const mute = new RawAgent(up.gateways.first);
    await mute.hello(victim);
    await mute.until('welcome');
    await entrust(up.client, victim.server);
    const { envelope } = await mute.until('task', 15_000);
    const bytes = Buffer.from(envelope.body, 'base64');
    const { task } = JSON.parse(bytes.toString('utf8')) as { task: string };
    const state = async (): Promise<string> => {
      const { rows } = await database.query<{ state: string }>(
        'select state from muster.operations_tasks where task_id = $1',
        [task],
      );
      return rows[0]?.state ?? 'none';
    };
    expect(await state()).toBe('released');
    const now = new Date().toISOString();
    for (const key of [generateSigningKey(), victim.agentKey]) {
      const body = canonicalBytes({
        ...{ v: 1, task, server: victim.server, envelope: sha256Hex(bytes), outcome: 'succeeded', error: null },
        ...{ code: null, startedAt: now, finishedAt: now, before: null, after: null, evidence: {} },
      });
      const signature = signFor('muster/receipt/v1', key, body);
      const receipt = { body: Buffer.from(body).toString('base64'), signature, keyId: key.keyId };
      attacker.send({ t: 'ack', task, state: 'received' });
      attacker.send({ t: 'started', task });
      attacker.send({ t: 'receipt', task, receipt });
    }
    await sleep(1500);
    expect(await state()).toBe('released');
    attacker.end();
    mute.end();
    // The server itself answers, and that counts.
    const real = new SimulatedServer(victim, { controlPlane: up.gateways.first, banEveryMs: 0, log: () => undefined });
    await real.start();
    await eventually('the real answer', state, (seen) => seen === 'succeeded', 20_000);
    real.stop();
  }, 60_000);
});

// Here most of the time goes by in waiting for deadlines of the gateway: what waits for one does so beside the others.
describe.concurrent('a stranger who is slow', () => {
  it('and speaks one byte a second is cut off at the deadline', async () => {
    const stranger = new RawAgent(up.gateways.first, ATTACKER);
    await stranger.until('challenge');
    const began = Date.now();
    const raw = Reflect.get(stranger.socket, '_socket') as Socket;
    // The head of a text frame of 64 bytes, and then hardly anything.
    raw.write(Buffer.from([0x81, 0x80 + 64, 0, 0, 0, 0]));
    const drip = setInterval(() => raw.write('x'), 1000);
    await stranger.closed(20_000);
    clearInterval(drip);
    expect(Date.now() - began).toBeLessThan(18_000);
  });
});

describe.concurrent('a stolen identity', () => {
  const quarantined = async (identity: SimulatedIdentity): Promise<void> => {
    await eventually(
      'quarantine is shown',
      () => up.client.call(GetServer, { serverId: identity.server }),
      (server) => server.presence === 'quarantined',
      20_000,
    );
    expect(await eventsOf('servers.IdentityConflictFound', identity.server)).toBeGreaterThan(0);
    // Neither gets in again, on either gateway.
    for (const gateway of [up.gateways.first, up.gateways.second]) {
      const again = new RawAgent(gateway);
      await again.hello(identity);
      expect((await again.until('goodbye')).code).toBe('quarantined');
    }
  };
  /** Keeps an agent's session alive as an agent does. */
  const beating = (agent: RawAgent): NodeJS.Timeout =>
    setInterval(() => agent.socket.readyState === agent.socket.OPEN && agent.beat(), 500);

  it('used on another machine shuts both out', async () => {
    const identity = await up.agent('stolen-01');
    const owner = new RawAgent(up.gateways.first);
    await owner.hello(identity);
    await owner.until('welcome');
    const thief = new RawAgent(up.gateways.first, ATTACKER);
    await thief.hello(identity, { machineHash: sha256Hex('the thief’s machine') });
    expect((await thief.until('goodbye')).code).toBe('quarantined');
    expect((await owner.until('goodbye')).code).toBe('quarantined');
    await quarantined(identity);
  });

  it('copied with the machine’s and the boot’s id, while the owner is connected, shuts both out', async () => {
    const identity = await up.agent('stolen-02');
    const bootId = 'one boot for both';
    const owner = new RawAgent(up.gateways.first);
    await owner.hello(identity, { bootId });
    await owner.until('welcome');
    const thief = new RawAgent(up.gateways.first, ATTACKER);
    await thief.hello(identity, { bootId });
    expect((await thief.until('goodbye')).code).toBe('quarantined');
    expect((await owner.until('goodbye')).code).toBe('quarantined');
    await quarantined(identity);
  });

  it('used at another gateway shuts both out', async ({ skip }) => {
    if (up.gateways.first === up.gateways.second) skip('one gateway: there is no Redis here');
    const identity = await up.agent('stolen-03');
    const bootId = 'one boot for both';
    const owner = new RawAgent(up.gateways.first);
    await owner.hello(identity, { bootId });
    await owner.until('welcome');
    const thief = new RawAgent(up.gateways.second, ATTACKER);
    await thief.hello(identity, { bootId });
    await thief.until('welcome');
    const beats = [beating(owner), beating(thief)];
    expect((await owner.until('goodbye', 20_000)).code).toBe('quarantined');
    expect((await thief.until('goodbye', 20_000)).code).toBe('quarantined');
    for (const beat of beats) clearInterval(beat);
    await quarantined(identity);
  }, 60_000);

  it('is not suspected when an agent only dials again, at the same gateway or the other', async () => {
    const identity = await up.agent('honest-01');
    for (const gateway of [up.gateways.first, up.gateways.first, up.gateways.second, up.gateways.first]) {
      const agent = new RawAgent(gateway);
      await agent.hello(identity, { bootId: 'the same boot' });
      await agent.until('welcome');
      const beats = beating(agent);
      await sleep(1200);
      clearInterval(beats);
      agent.socket.close();
      await agent.closed();
    }
    await sleep(3000);
    expect(await eventsOf('servers.IdentityConflictFound', identity.server)).toBe(0);
  }, 30_000);
});

describe('an enrolment token', () => {
  const request = async (token: string): Promise<string> => {
    const agentKey = generateSigningKey();
    try {
      const { answer } = await enrol({
        controlPlane: up.gateways.first,
        token,
        keys: { agentKey, hostKey: generateSigningKey().publicKey, sealingKey: null },
        hostname: 'attacker.example',
        machineHash: sha256Hex(agentKey.publicKey),
        agentVersion: '0.1.0',
        offers: ['inventory', 'bans'],
        observeOnly: false,
        simulated: true,
      });
      return answer.server;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const UUID = /^[0-9a-f-]{36}$/;

  it('lets one server in, once, also when twenty try at the same moment', async () => {
    const { token } = await up.client.call(OpenEnrolment, { name: 'once-01' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => request(token)));
    expect(answers.filter((answer) => UUID.test(answer))).toHaveLength(1);
    expect(await request(token)).toMatch(/token was used, has ended or was withdrawn/);
  });

  it('lets nobody in after its time, and says the same as for one that never was', async () => {
    const { token, enrolmentId } = await up.client.call(OpenEnrolment, { name: 'late-01' });
    await database.query(
      `update muster.servers_enrolments set expires_at = now() - interval '1 second' where enrolment_id = $1`,
      [enrolmentId],
    );
    const late = await request(token);
    expect(late).toMatch(/token was used, has ended or was withdrawn/);
  });
});
