// The agent's half of the link against a real WebSocket server with real keys: it enrols, proves itself, carries tasks and
// receipts, and delivers what was spooled.
import type { Signed } from '@muster/contracts/agent';
import { generateSigningKey } from '@muster/kernel/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane } from '../testing/control-plane.ts';
import { TestGateway } from '../testing/gateway.ts';
import { LinkUnderTest, MACHINE_HASH, taskHandler, until } from '../testing/linked-agent.ts';
import { EnrolmentRefused, enrol } from './enrol.ts';
import { MemorySpool } from './spool.ts';

let under: LinkUnderTest;
let gateway: TestGateway;
let plane: TestControlPlane;

beforeEach(async () => {
  under = await LinkUnderTest.open();
  ({ gateway, plane } = under);
});
afterEach(() => under.close());

const hostKey = generateSigningKey();
const enrolment = (token: string, controlPlane = under.url) =>
  enrol({
    controlPlane,
    token,
    keys: { agentKey: under.agentKey, hostKey: hostKey.publicKey, sealingKey: null },
    hostname: 'test',
    machineHash: MACHINE_HASH,
    agentVersion: '0.1.0',
    offers: ['inventory', 'bans'],
    observeOnly: false,
    simulated: false,
  });

describe('enrolment', () => {
  it('pins the root key that the token names', async () => {
    const { answer, rootKey } = await enrolment(gateway.token());
    expect(answer.server).toBe(plane.server);
    expect(rootKey).toBe(plane.root.publicKey);
  });
  it('refuses a control plane with another root key than the token names', async () => {
    const other = new TestGateway(new TestControlPlane());
    await expect(enrolment(other.token())).rejects.toThrow(/another root key than the token names/);
  });
  it('says in words that a token is none and that nobody answers', async () => {
    await expect(enrolment('secret')).rejects.toThrow(EnrolmentRefused);
    await expect(enrolment(gateway.token(), 'http://127.0.0.1:9')).rejects.toThrow(/cannot be reached/);
  });
});

describe('handshake', () => {
  it('proves both sides and tells what the helper has seen', async () => {
    const { link } = await under.connect();
    expect(await gateway.frame('hello')).toMatchObject({
      server: plane.server,
      seen: { guard: 4, change: 0, job: 0 },
      keysetSerial: 0,
    });
    await until(() => link.ready);
    await gateway.frame('heartbeat');
  });
  it('does not talk to a gateway that cannot sign with the gateway key', async () => {
    gateway.welcomeKey = generateSigningKey();
    const spool = new MemorySpool();
    await spool.push(1, { kind: 'gap', items: [{ of: 'x', dropped: 1 }] });
    const { link, said } = await under.connect({ spool });
    await until(() => said.some((line) => line.includes('did not prove itself')));
    expect(link.ready).toBe(false);
    expect(gateway.frames.map((frame) => frame.t)).toEqual(['hello']);
  });
  it('does not take a keyset of a root key that was not pinned', async () => {
    const { said } = await under.connect({ rootKey: generateSigningKey().publicKey });
    await until(() => said.some((line) => line.includes('another root key than the pinned one')));
  });
  it('comes again when a full gateway said, not ever later', async () => {
    gateway.sendsAway = 2;
    const { link, said } = await under.connect();
    await until(() => link.ready);
    const waits = said
      .filter((line) => line.includes('answered 503'))
      .map((line) => /"retryInMs":(\d+)/.exec(line)?.[1]);
    expect(waits).toEqual(['1000', '1000']);
  });
  it('dials again when the connection is lost', async () => {
    const { link } = await under.connect();
    await until(() => link.ready);
    gateway.hangUp();
    await until(() => !link.ready);
    await until(() => gateway.frames.filter((frame) => frame.t === 'hello').length === 2);
  });
});

describe('tasks', () => {
  const receipt: Signed = { body: 'e30=', signature: `${'A'.repeat(86)}==`, keyId: hostKey.keyId };
  it('acknowledges, reports the start, and delivers the receipt until it is acknowledged', async () => {
    const acknowledged: string[] = [];
    const tasks = taskHandler({
      acknowledged: (task) => {
        acknowledged.push(task);
        return Promise.resolve();
      },
    });
    await under.connect({ tasks });
    await gateway.frame('heartbeat');
    const envelope = plane.envelope();
    gateway.send({ t: 'task', envelope: plane.sign(envelope) });
    expect(await gateway.frame('ack')).toMatchObject({ task: envelope.task, state: 'received' });
    tasks.events.onStarted(envelope.task);
    tasks.events.onReceipt(envelope.task, receipt);
    await gateway.frame('started');
    expect((await gateway.frame('receipt')).receipt).toEqual(receipt);
    gateway.send({ t: 'receipt-ack', task: envelope.task });
    await until(() => acknowledged.includes(envelope.task));
  });
  it('sends receipts that were left over from before', async () => {
    const { task } = plane.envelope();
    await under.connect({ tasks: taskHandler({ receipts: () => Promise.resolve([{ task, receipt }]) }) });
    expect(await gateway.frame('receipt')).toMatchObject({ task });
  });
  it('acknowledges nothing when the helper cannot be reached', async () => {
    const { said } = await under.connect({
      tasks: taskHandler({ submit: () => Promise.reject(new Error('no helper')) }),
    });
    await gateway.frame('heartbeat');
    gateway.send({ t: 'task', envelope: plane.sign(plane.envelope()) });
    await until(() => said.some((line) => line.includes('no helper')));
    expect(gateway.frames.some((frame) => frame.t === 'ack')).toBe(false);
  });
});

describe('what was spooled', () => {
  const gap = (of: string) => ({ kind: 'gap' as const, items: [{ of, dropped: 1 }] });
  it('is delivered in order, and again what was not acknowledged', async () => {
    gateway.acknowledgesBatches = false;
    const spool = new MemorySpool(5);
    await spool.push(1, gap('one'));
    await spool.push(0, gap('two'));
    const { link } = await under.connect({ spool });
    await gateway.frame('batch', (frame) => frame.seq === 6);
    gateway.acknowledgesBatches = true;
    gateway.hangUp();
    await until(() => !link.ready);
    await until(() => spool.waiting === 0);
    expect(gateway.frames.flatMap((frame) => (frame.t === 'batch' ? [frame.seq] : []))).toEqual([5, 6, 5, 6]);
  });
});
