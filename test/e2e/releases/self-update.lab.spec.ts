// The agent replaces itself on real servers: a good release reaches all of them in waves, a broken one goes back by itself and
// stops its rollout, and what the release key did not sign, or what is below the floor, does not run, whoever holds the task key.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { receipt as receiptSchema, type Receipt, type Signed } from '@muster/contracts/agent';
import { GetOperation, GetTask, ListOperations } from '@muster/contracts/operations';
import { GetReleases, ListAgents, StartRollout, type RolloutView } from '@muster/contracts/releases';
import { BlockAddress, LiftBlock } from '@muster/contracts/bans';
import { readKey } from '@muster/control-plane/platform/keys/key-store';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { generateSigningKey, signFor } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnrolledServer } from '../../lab/enrol.ts';
import { publishRelease } from '../../lab/releases.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const GOOD = '0.3.0';
const BROKEN = '0.4.0';
const FORGED = '0.5.0';
const WINDOW_SECONDS = 10;

describe('the agent replaces itself', () => {
  let up: LabUnderTest;
  let api: ApiClient;
  let before = '';

  const runningOn = ({ machine }: EnrolledServer): Promise<string> => machine.sh('muster-agent version');
  const versions = (): Promise<string[]> => Promise.all(up.lab.servers.map(runningOn));
  const rollOut = async (version: string): Promise<RolloutView> => {
    const pace = { canary: 1, step: 2, windowSeconds: WINDOW_SECONDS };
    const { rolloutId } = await api.call(StartRollout, { version, ...pace, reason: 'Tried in the lab' });
    const seen = await eventually(
      `the rollout of ${version} ends`,
      async () => (await api.call(GetReleases, {})).rollouts.find((one) => one.rolloutId === rolloutId),
      (one) => one !== undefined && one.state !== 'running',
      180_000,
    );
    if (seen === undefined) throw new Error('The rollout is not shown');
    return seen;
  };

  beforeAll(async () => {
    up = await labUnderTest();
    api = await up.lab.signIn();
    before = await runningOn(up.first);
    await eventually(
      'nothing is open',
      () => api.call(ListOperations, { state: 'open' }),
      ({ operations }) => operations.length === 0,
      60_000,
    );
  }, 90_000);

  afterAll(async () => {
    for (const { machine } of up.lab.servers) await machine.trySh('systemctl start muster-agentd');
  });

  it('in waves, and blocks go on meanwhile', async () => {
    await publishRelease(up.lab, { version: GOOD, securityFloor: GOOD });
    const target = { kind: 'fleet' } as const;
    const rollout = rollOut(GOOD);
    const block = await api.call(BlockAddress, {
      range: '203.0.113.201',
      target,
      seconds: 3600,
      reason: 'Blocked during an update',
    });
    const { state, waves } = await rollout;
    expect(state).toBe('finished');
    expect(waves.map(({ servers, proven, failed }) => [servers, proven, failed])).toEqual([
      [1, 1, 0],
      [2, 2, 0],
      [2, 2, 0],
    ]);
    expect(await versions()).toEqual(up.lab.servers.map(() => GOOD));
    const { agents } = await api.call(ListAgents, { version: GOOD });
    expect(agents.filter(({ simulated }) => !simulated)).toHaveLength(up.lab.servers.length);
    await eventually(
      'the block is on every server',
      () => api.call(GetOperation, { operationId: block.operationId ?? '' }),
      (operation) => operation.state === 'done',
      30_000,
    );
    await api.call(LiftBlock, { blockId: block.blockId, reason: 'Tried' });
  }, 240_000);

  it('and goes back by itself when the new version does not prove itself; the rollout stops after its canary', async () => {
    await publishRelease(up.lab, { version: BROKEN, securityFloor: GOOD, broken: true });
    const { state, because, waves } = await rollOut(BROKEN);
    expect({ state, because, waves: waves.length }).toEqual({ state: 'stopped', because: 'failed-wave', waves: 1 });
    expect(await versions()).toEqual(up.lab.servers.map(() => GOOD));
    const operation = await api.call(GetOperation, { operationId: waves[0]?.operationId ?? '' });
    const [task] = operation.tasks;
    const { error, timeline } = await api.call(GetTask, { taskId: task?.taskId ?? '' });
    expect(error).toContain(`${GOOD} runs again`);
    expect(timeline.map(({ type }) => type)).toContain('operations.TaskFailed');
  }, 240_000);

  describe('whoever holds the task key', () => {
    let stolen: EnrolledServer;
    let seq = 0;

    /** Hands an envelope to the root helper on the server, as somebody would who owns the control plane. */
    const ask = async (manifest: Signed): Promise<Receipt> => {
      const taskKey = readKey(join(up.lab.dataFolder, 'keys'), 'task');
      const task = randomUUID();
      seq += 1;
      const bytes = canonicalBytes({
        v: 1,
        task,
        server: stolen.serverId,
        lane: 'job',
        seq,
        name: 'releases.install@1',
        args: { manifests: [manifest], windowSeconds: WINDOW_SECONDS },
        notBefore: new Date(Date.now() - 60_000).toISOString(),
        notAfter: new Date(Date.now() + 600_000).toISOString(),
        actor: 'thief',
        approvals: [],
        key: taskKey.keyId,
      });
      const envelope = {
        body: Buffer.from(bytes).toString('base64'),
        signature: signFor('muster/task/v1', taskKey, bytes),
        keyId: taskKey.keyId,
      };
      const said = await stolen.machine.sh(`/opt/muster-agent/current/bin/node -e '${KNOCK}'`, {
        input: JSON.stringify({ id: 1, op: 'task', envelope }),
      });
      const pushed = said.split('\n').find((line) => line.includes('"t":"receipt"') && line.includes(task));
      const { receipt } = JSON.parse(pushed ?? '{}') as { receipt?: Signed };
      if (receipt === undefined) throw new Error(`No receipt: ${said}`);
      return receiptSchema.parse(JSON.parse(Buffer.from(receipt.body, 'base64').toString('utf8')));
    };

    beforeAll(() => {
      stolen = up.second;
      // Above what was asked so far; agentd is away, so that only we talk to the helper.
      seq = 1000;
      return stolen.machine.sh('systemctl stop muster-agentd').then(() => undefined);
    });
    afterAll(() => stolen.machine.sh('systemctl start muster-agentd'));

    it('runs nothing that the release key did not sign', async () => {
      const forged = await publishRelease(up.lab, { version: FORGED, securityFloor: GOOD }, generateSigningKey());
      expect(await ask(forged)).toMatchObject({ outcome: 'failed', code: 'unknown-key' });
      const shown = (await api.call(GetReleases, {})).releases.find(({ version }) => version === FORGED);
      expect(shown?.problem).toContain('not signed');
      await expect(api.call(StartRollout, { version: FORGED, reason: 'Forged' })).rejects.toThrow('not signed');
    }, 60_000);

    it('brings no server below the floor that a proven release raised, with a manifest that is genuine', async () => {
      const old = await publishRelease(up.lab, { version: '0.1.5', securityFloor: '0.1.0' });
      expect(await ask(old)).toMatchObject({ outcome: 'failed', code: 'below-floor' });
      await expect(api.call(StartRollout, { version: '0.1.5', reason: 'Old' })).rejects.toThrow('security floor');
      expect(await runningOn(stolen)).toBe(GOOD);
      expect(before).not.toBe(GOOD);
    }, 60_000);
  });
});

/** Says one line to the root helper and prints what comes back within three seconds. */
const KNOCK = [
  'const s=require("net").connect("/run/muster-privd.sock");let t="";process.stdin.on("data",(c)=>t+=c);',
  'process.stdin.on("end",()=>s.write(t+"\\n"));s.on("data",(c)=>process.stdout.write(c));',
  'setTimeout(()=>process.exit(0),3000);',
].join('');
