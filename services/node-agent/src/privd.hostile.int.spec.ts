// The root helper as a real process, with a hostile program in agentd's place on its socket. Whatever is sent, nothing runs
// that the control plane did not sign for this server, now, once.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receipt as receiptSchema } from '@muster/contracts/agent';
import type { Signed } from '@muster/contracts/agent';
import { sha256Hex } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { exportSigningKey, generateSigningKey, verifyFor } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostStore } from './privd/host-store.ts';
import { MAX_LINE_BYTES } from './privd/socket-protocol.ts';
import { TestControlPlane } from './testing/control-plane.ts';

const controlPlane = new TestControlPlane();
const hostKey = generateSigningKey();
const isRoot = process.getuid?.() === 0;
let folder: string;
let privd: ChildProcess;
const socketPath = (): string => join(folder, 'privd.sock');

async function startPrivd(): Promise<void> {
  privd = spawn(
    process.execPath,
    [
      '--conditions=source',
      join(import.meta.dirname, 'main.ts'),
      'privd',
      '--socket',
      socketPath(),
      '--idle-seconds',
      '0',
      '--state',
      join(folder, 'state'),
      '--guard',
      join(folder, 'guard'),
      '--scratch',
      join(folder, 'scratch'),
      '--policy',
      join(folder, 'policy.json'),
      '--fail2ban',
      join(folder, 'no-fail2ban'),
      '--units',
      join(folder, 'no-units'),
    ],
    { stdio: ['ignore', 'inherit', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    let said = '';
    privd.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('privd listens')) resolve();
    });
    privd.once('exit', (code) => reject(new Error(`privd ended with ${code}: ${said}`)));
  });
}

async function kill(signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => privd.once('exit', resolve));
  privd.kill(signal);
  await gone;
}

/** Sends raw bytes, answers with the first answer or error that comes back, or '' when the helper hangs up. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath());
    let said = '';
    socket.on('error', (error) => ('code' in error && error.code === 'EPIPE' ? resolve(said) : reject(error)));
    socket.on('data', (chunk) => {
      said += chunk.toString();
      if (answerIn(said) !== undefined) socket.end();
    });
    socket.on('close', () => resolve(answerIn(said) ?? ''));
    socket.write(bytes);
  });
}

/** Pushed lines (a receipt of a task) may come before the answer. */
const answerIn = (said: string): string | undefined =>
  said.split('\n').find((line) => /^\{"t":"(?:answer|error)".*\}$/.test(line));

async function ask(message: Record<string, unknown>): Promise<Record<string, unknown>> {
  return JSON.parse(await raw(`${JSON.stringify({ id: 1, ...message })}\n`)) as Record<string, unknown>;
}

async function submit(envelope: Signed): Promise<{ state: string; code?: string; receipt?: Signed }> {
  const reply = await ask({ op: 'task', envelope });
  if (reply['t'] === 'error') return { state: 'error', code: String(reply['code']) };
  return reply['answer'] as { state: string; code?: string; receipt?: Signed };
}

const journal = (): Promise<string> => readFile(join(folder, 'state/journal'), 'utf8').catch(() => '');

/** Refused with this code, and no trace of it in the journal. */
async function expectRefused(envelope: Signed, code: string): Promise<void> {
  const before = await journal();
  expect(await submit(envelope)).toMatchObject({ state: 'refused', code });
  expect(await journal()).toBe(before);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-privd-'));
  for (const name of ['state', 'guard', 'scratch']) await mkdir(join(folder, name), { mode: 0o700 });
  await HostStore.create(
    join(folder, 'state'),
    {
      v: 1,
      server: controlPlane.server,
      rootKey: controlPlane.root.publicKey,
      controlPlane: 'http://127.0.0.1:1',
      controlPlaneAddresses: [],
    },
    exportSigningKey(hostKey),
    controlPlane.keyset(3),
  );
  // Forbids the one task that would change this machine, so that a valid envelope is provably judged and still harmless.
  await writeFile(join(folder, 'policy.json'), JSON.stringify({ forbid: ['bans.manage@1'] }), { mode: 0o644 });
  await startPrivd();
});

afterAll(async () => {
  await kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

describe('a hostile program on privd’s socket', () => {
  it('cannot change a byte of an envelope', async () => {
    const signed = controlPlane.sign(controlPlane.envelope());
    const altered = Buffer.from(signed.body, 'base64').toString().replace('"managed":true', '"managed":false');
    await expectRefused({ ...signed, body: Buffer.from(altered).toString('base64') }, 'signature');
  });
  it('cannot send a task of another server', async () => {
    await expectRefused(controlPlane.sign(controlPlane.envelope({ server: newId() })), 'wrong-server');
  });
  it('cannot send a task after its end or before its beginning', async () => {
    await expectRefused(
      controlPlane.sign(controlPlane.envelope({ notAfter: new Date(Date.now() - 1000).toISOString() })),
      'expired',
    );
    await expectRefused(
      controlPlane.sign(controlPlane.envelope({ notBefore: new Date(Date.now() + 3600_000).toISOString() })),
      'not-yet',
    );
  });
  it('cannot sign with a key that root did not name', async () => {
    const own = generateSigningKey();
    await expectRefused(controlPlane.sign(controlPlane.envelope({ key: own.keyId }), own), 'unknown-key');
  });
  it('cannot pass its own signature off under the task key’s name', async () => {
    const own = generateSigningKey();
    await expectRefused(
      { ...controlPlane.sign(controlPlane.envelope(), own), keyId: controlPlane.task.keyId },
      'signature',
    );
  });
  it('cannot use a key of another purpose', async () => {
    await expectRefused(
      controlPlane.sign(controlPlane.envelope({ key: controlPlane.gateway.keyId }), controlPlane.gateway),
      'unknown-key',
    );
  });
  it('cannot show a signature that was made for another purpose', async () => {
    await expectRefused(controlPlane.sign(controlPlane.envelope(), controlPlane.task, 'muster/cancel/v1'), 'signature');
  });
  it('cannot send a signed text that is not in canonical form', async () => {
    const text = JSON.stringify(controlPlane.envelope(), null, 1);
    const bytes = Buffer.from(text);
    const { signFor } = await import('@muster/kernel/signing');
    await expectRefused(
      {
        body: bytes.toString('base64'),
        signature: signFor('muster/task/v1', controlPlane.task, bytes),
        keyId: controlPlane.task.keyId,
      },
      'malformed',
    );
  });

  it.skipIf(!isRoot)(
    'gets a real refusal for a valid task that the host’s policy forbids, once, and cannot replay it (needs root: the policy must be root’s)',
    async () => {
      const envelope = controlPlane.envelope();
      const signed = controlPlane.sign(envelope);
      const answer = await submit(signed);
      expect(answer).toMatchObject({ state: 'refused', code: 'forbidden' });
      // Again: the state of the known task, nothing new in the journal.
      const before = await journal();
      expect(await submit(signed)).toMatchObject({ state: 'done' });
      expect(await journal()).toBe(before);
      // The same id with another content, newly and properly signed.
      await expectRefused(controlPlane.sign({ ...envelope, seq: envelope.seq + 100, actor: 'other' }), 'altered');
      // Another task under a used or lower sequence number.
      await expectRefused(controlPlane.sign(controlPlane.envelope({ seq: envelope.seq })), 'sequence');
      await expectRefused(controlPlane.sign(controlPlane.envelope({ seq: 1 })), 'sequence');
    },
  );
  it('is told what it may believe by receipts that bind the exact bytes', async () => {
    const signed = controlPlane.sign(controlPlane.envelope({ server: newId() }));
    const { receipt } = await submit(signed);
    if (receipt === undefined) throw new Error('no receipt');
    const bytes = Buffer.from(receipt.body, 'base64');
    expect(verifyFor('muster/receipt/v1', hostKey.publicKey, bytes, receipt.signature)).toBe(true);
    expect(receiptSchema.parse(JSON.parse(bytes.toString()))).toMatchObject({
      outcome: 'refused',
      envelope: sha256Hex(Buffer.from(signed.body, 'base64')),
    });
  });
  it('cannot run a task while the capability only observes', async () => {
    const envelope = controlPlane.envelope({
      name: 'bans.apply@1',
      args: { from: 0, to: 1, add: [], remove: [], protect: [], unprotect: [] },
    });
    expect(await submit(controlPlane.sign(envelope))).toMatchObject({ state: 'refused', code: 'observe' });
  });
  it('cannot run what is no task, or in the wrong lane, or with arguments that do not fit', async () => {
    expect(await submit(controlPlane.sign(controlPlane.envelope({ name: 'shell.run@1' })))).toMatchObject({
      code: 'unknown-task',
    });
    expect(await submit(controlPlane.sign(controlPlane.envelope({ lane: 'job', seq: 1 })))).toMatchObject({
      code: 'malformed',
    });
  });

  it('cannot bring in a keyset that root did not sign, nor an older one', async () => {
    const forged = { ...controlPlane.keyset(9, {}, generateSigningKey()) };
    expect(await ask({ op: 'keyset', keyset: forged })).toMatchObject({ t: 'error', code: 'signature' });
    const foreign = new TestControlPlane();
    expect(await ask({ op: 'keyset', keyset: foreign.keyset(9) })).toMatchObject({ t: 'error', code: 'root' });
    expect(await ask({ op: 'keyset', keyset: controlPlane.keyset(2) })).toMatchObject({
      t: 'error',
      code: 'old-keyset',
    });
  });
  it('cannot cancel with its own signature, or with a task’s', async () => {
    const cancel = controlPlane.cancel(newId());
    expect(await ask({ op: 'cancel', envelope: controlPlane.sign(cancel) })).toMatchObject({
      answer: { state: 'refused', code: 'signature' },
    });
    const own = generateSigningKey();
    expect(await ask({ op: 'cancel', envelope: controlPlane.sign(cancel, own, 'muster/cancel/v1') })).toMatchObject({
      answer: { state: 'refused', code: 'unknown-key' },
    });
  });
  it('makes a task that was cancelled beforehand stay cancelled', async () => {
    const envelope = controlPlane.envelope();
    const cancelled = await ask({
      op: 'cancel',
      envelope: controlPlane.sign(controlPlane.cancel(envelope.task), controlPlane.task, 'muster/cancel/v1'),
    });
    expect(cancelled).toMatchObject({ answer: { state: 'cancelled' } });
    expect(await submit(controlPlane.sign(envelope))).toMatchObject({ state: 'refused', code: 'over' });
  });

  it('is cut off when it sends too much, and told when it sends nonsense', async () => {
    expect(await raw(Buffer.alloc(MAX_LINE_BYTES + 1, 0x61))).toMatch(/^$|too-long/);
    for (const nonsense of [
      'hello\n',
      '{}\n',
      '[]\n',
      '{"id":1,"op":"exec","argv":["/bin/sh"]}\n',
      '{"id":1,"op":"task"}\n',
      '\u0000\u0001\n',
      `${'['.repeat(50_000)}\n`,
    ]) {
      expect(JSON.parse(await raw(nonsense))).toMatchObject({ t: 'error', code: 'malformed' });
    }
    const huge = {
      op: 'task',
      envelope: { body: 'A'.repeat(3_000_000), signature: `${'A'.repeat(86)}==`, keyId: '0'.repeat(16) },
    };
    expect(await ask(huge)).toMatchObject({ t: 'error', code: 'malformed' });
    expect(await ask({ op: 'hello' })).toMatchObject({ t: 'answer', answer: { server: controlPlane.server } });
  });
  it('cannot keep others out by holding connections that say nothing', async () => {
    const silent = Array.from({ length: 4 }, () => connect(socketPath()));
    expect(await ask({ op: 'hello' })).toMatchObject({ t: 'answer' });
    for (const socket of silent) socket.destroy();
  });

  it('remembers sequences and revoked keys through a kill', async () => {
    const envelope = controlPlane.envelope({ name: 'shell.run@1' });
    await submit(controlPlane.sign(envelope));
    expect(
      await ask({ op: 'keyset', keyset: controlPlane.keyset(4, { revoked: [controlPlane.task.keyId] }) }),
    ).toMatchObject({ answer: { serial: 4 } });
    await kill('SIGKILL');
    await startPrivd();
    await expectRefused(controlPlane.sign(controlPlane.envelope({ seq: envelope.seq })), 'revoked');
    expect(await ask({ op: 'keyset', keyset: controlPlane.keyset(3) })).toMatchObject({ code: 'old-keyset' });
    expect(await ask({ op: 'keyset', keyset: controlPlane.keyset(5) })).toMatchObject({ answer: { serial: 5 } });
    await expectRefused(controlPlane.sign(controlPlane.envelope({ seq: envelope.seq })), 'sequence');
  });
  it.skipIf(!isRoot)(
    'gains nothing from a policy file that it could have written itself (needs root to own one)',
    async () => {
      await chmod(join(folder, 'policy.json'), 0o666);
      const hello = await ask({ op: 'hello' });
      expect(JSON.stringify(hello)).toMatch(/must be a plain file of root/);
      await chmod(join(folder, 'policy.json'), 0o644);
    },
  );
});
