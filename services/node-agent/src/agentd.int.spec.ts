// agentd as a real process that observes, with no control plane in reach: it ends when it is told to, and when its state
// folder is taken away under it, and then nothing writes there any more.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportSigningKey, generateSigningKey } from '@muster/kernel/signing';
import { expect, it, onTestFinished } from 'vitest';
import { AgentStore } from './agentd/agent-store.ts';
import { TestControlPlane } from './testing/control-plane.ts';

/** Port 9 discards; nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';
/** Before whoever stops it would kill it: the local start waits 10 s. */
const ENDS_WITHIN_MS = 10_000;

interface Running {
  readonly state: string;
  readonly said: () => string;
  readonly stop: () => void;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

/** Resolves when it runs. */
async function start(): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-agentd-'));
  const state = join(folder, 'agent');
  const plane = new TestControlPlane();
  const enrolment = {
    v: 1 as const,
    server: plane.server,
    name: 'ams-web-01',
    controlPlane: NOBODY,
    rootKey: plane.root.publicKey,
    fingerprint: 'a'.repeat(64),
    observeOnly: true,
    enrolledAt: new Date().toISOString(),
  };
  await AgentStore.create(state, enrolment, plane.keyset());
  await writeFile(join(state, 'identity.pem'), exportSigningKey(generateSigningKey()), { mode: 0o600 });
  const agentd = spawn(
    process.execPath,
    [
      ...['--conditions=source', join(import.meta.dirname, 'main.ts'), 'agentd', '--observe-only'],
      ...['--state', state, '--run', folder, '--fail2ban-log', join(folder, 'no-log'), '--posture-seconds', '5'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  agentd.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => agentd.once('exit', resolve));
  onTestFinished(async () => {
    agentd.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const running = { state, said: () => said, stop: () => void agentd.kill('SIGTERM'), ended };
  await until(running, 'it runs', () => said.includes('"message":"agentd runs"'));
  return running;
}

async function until(running: Running, what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 50) {
    if (waited > 60_000) throw new Error(`Not within a minute: ${what}. It said:\n${running.said()}`);
    await sleep(50);
  }
}

const within = async (ended: Promise<number | null>): Promise<number | null | 'still there'> =>
  Promise.race([ended, sleep(ENDS_WITHIN_MS, 'still there' as const)]);

it('ends at once when it is stopped while probes are at work, and leaves nothing half written', async () => {
  const running = await start();
  await until(running, 'a probe wrote something down', () => existsSync(join(running.state, 'posture')));
  running.stop();
  expect(await within(running.ended), running.said()).toBe(0);
  const left = await readdir(running.state, { recursive: true });
  expect(left).toContain('agent.json');
  expect(left.filter((name) => name.endsWith('.new'))).toEqual([]);
}, 120_000);

it('says that its state folder was removed, ends, and does not make it again', async () => {
  const running = await start();
  await until(running, 'a probe wrote something down', () => existsSync(join(running.state, 'posture')));
  // It may write while the folder is being emptied.
  await rm(running.state, { recursive: true, maxRetries: 10, retryDelay: 50 });
  expect(await within(running.ended), running.said()).toBe(1);
  expect(running.said()).toContain(`${running.state} holds no enrolment any more`);
  expect(existsSync(running.state)).toBe(false);
}, 120_000);
