// What the journal keeps through a power cut or a kill at any moment: no task runs twice, none is lost once it was
// acknowledged, and a torn line promises nothing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signed } from '@muster/contracts/agent';
import { ManualClock } from '@muster/kernel/clock';
import { generateSigningKey } from '@muster/kernel/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TestControlPlane } from '../testing/control-plane.ts';
import { openKeyset } from '../trust/keyset.ts';
import { isRefusal } from '../trust/refusal.ts';
import type { CapabilityTask } from './capability.ts';
import { Journal } from './journal.ts';
import { TaskRunner } from './task-runner.ts';

let folder: string;
const path = (): string => join(folder, 'journal');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-journal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A host on which "effect" can be counted, and a helper that can be started again on the same journal. */
class Host {
  readonly plane = new TestControlPlane();
  readonly hostKey = generateSigningKey();
  effects = 0;
  probes = 0;
  receipts: string[] = [];
  hold: Promise<void> = Promise.resolve();
  managed = true;

  readonly #task: CapabilityTask = {
    definition: {
      kind: 'task',
      name: 'bans.manage@1',
      capability: 'bans',
      lane: 'guard',
      sentence: 'counts',
      args: z.strictObject({ managed: z.boolean() }),
      evidence: z.strictObject({}),
      maxPerMinute: 1,
    },
    runsInObserve: true,
    apply: async () => {
      this.effects += 1;
      await this.hold;
      this.managed = true;
      return { ok: true, before: null, after: null, evidence: {} };
    },
    probe: () => {
      this.probes += 1;
      return Promise.resolve({ ok: true, before: null, after: null, evidence: { probed: true } });
    },
  };

  /** Needs a host that is managed. */
  readonly #change: CapabilityTask = {
    ...this.#task,
    definition: { ...this.#task.definition, name: 'bans.apply@1' },
    runsInObserve: false,
  };

  async start(): Promise<{ runner: TaskRunner; journal: Journal }> {
    const journal = await Journal.open(path());
    const keyset = openKeyset(this.plane.keyset(1), this.plane.root.publicKey);
    if (isRefusal(keyset)) throw new Error(keyset.reason);
    const runner = new TaskRunner({
      server: this.plane.server,
      hostKey: this.hostKey,
      journal,
      capabilities: {
        find: (name) => [this.#task, this.#change].find((task) => task.definition.name === name),
        isManaged: () => this.managed,
      },
      keyset: () => keyset,
      policy: () => Promise.resolve({ forbids: () => false, problem: null }),
      clock: new ManualClock(new Date()),
      onStarted: () => undefined,
      onReceipt: (_task, receipt) => this.receipts.push(Buffer.from(receipt.body, 'base64').toString()),
    });
    return { runner, journal };
  }
}

describe('a kill between any two states', () => {
  /** Runs one task to its end and answers with the journal's lines: RECEIVED, STARTED, DONE. */
  async function whole(): Promise<{ host: Host; signed: Signed; lines: string[] }> {
    const host = new Host();
    const signed = host.plane.sign(host.plane.envelope());
    const { runner, journal } = await host.start();
    expect(await runner.submit(signed)).toEqual({ state: 'received' });
    await runner.settled();
    await journal.close();
    expect(host.effects).toBe(1);
    const lines = (await readFile(path(), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => /"t":"(\w+)"/.exec(line)?.[1])).toEqual(['received', 'started', 'done']);
    return { host, signed, lines };
  }

  const after = [
    { kept: 0, state: 'nothing', effects: 1, probes: 0 },
    { kept: 1, state: 'RECEIVED', effects: 1, probes: 0 },
    { kept: 2, state: 'STARTED', effects: 0, probes: 1 },
    { kept: 3, state: 'DONE', effects: 0, probes: 0 },
  ];
  for (const { kept, state, effects, probes } of after) {
    for (const torn of [false, true]) {
      it(`after ${state}${torn ? ' and half a line' : ''}: ${effects} runs, ${probes} probes, one receipt in the end`, async () => {
        const { host, signed, lines } = await whole();
        const half = torn ? (lines[kept] ?? lines[0] ?? '').slice(0, 60) : '';
        await writeFile(
          path(),
          lines
            .slice(0, kept)
            .map((line) => `${line}\n`)
            .join('') + half,
        );
        host.effects = 0;
        const { runner, journal } = await host.start();
        runner.resume();
        // The control plane does not know what happened and sends it again.
        await runner.submit(signed);
        await runner.settled();
        expect({ effects: host.effects, probes: host.probes }).toEqual({ effects, probes });
        expect(await runner.submit(signed)).toMatchObject({ state: 'done' });
        expect(journal.unacknowledged()).toHaveLength(1);
        await journal.close();
      });
    }
  }

  it('refuses to guess when a line in the middle is damaged', async () => {
    const { lines } = await whole();
    await writeFile(path(), [lines[0], lines[1]?.replace('started', 'startled'), lines[2], ''].join('\n'));
    await expect(Journal.open(path())).rejects.toThrow(/damaged at byte/);
  });
});

describe('order and cancel', () => {
  it('takes two copies of one envelope at once as one task', async () => {
    const host = new Host();
    const { runner, journal } = await host.start();
    const signed = host.plane.sign(host.plane.envelope());
    await Promise.all([runner.submit(signed), runner.submit(signed), runner.submit(signed)]);
    await runner.settled();
    expect(host.effects).toBe(1);
    await journal.close();
  });
  it('cancels what has not started and says too late for what has', async () => {
    const host = new Host();
    let release: () => void = () => undefined;
    host.hold = new Promise((resolve) => (release = resolve));
    const { runner, journal } = await host.start();
    const running = host.plane.envelope();
    const waiting = host.plane.envelope();
    await runner.submit(host.plane.sign(running));
    await runner.submit(host.plane.sign(waiting));
    while (host.effects === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const cancel = (task: string) =>
      runner.cancel(host.plane.sign(host.plane.cancel(task), host.plane.task, 'muster/cancel/v1'));
    expect(await cancel(running.task)).toEqual({ state: 'too-late' });
    expect(await cancel(waiting.task)).toMatchObject({ state: 'cancelled' });
    release();
    await runner.settled();
    expect(host.effects).toBe(1);
    expect(host.receipts.map((receipt) => /"outcome":"(\w+)"/.exec(receipt)?.[1])).toEqual(['cancelled', 'succeeded']);
    await journal.close();
  });
  it('takes a change that came while the task before it was still taking the host on, and refuses one without that', async () => {
    const host = new Host();
    host.managed = false;
    let release: () => void = () => undefined;
    host.hold = new Promise((resolve) => (release = resolve));
    const { runner, journal } = await host.start();
    const change = () => host.plane.sign(host.plane.envelope({ name: 'bans.apply@1' }));
    expect(await runner.submit(change())).toMatchObject({ state: 'refused', code: 'observe' });
    await runner.submit(host.plane.sign(host.plane.envelope()));
    expect(await runner.submit(change())).toEqual({ state: 'received' });
    release();
    await runner.settled();
    expect(host.effects).toBe(2);
    expect(host.receipts.map((receipt) => /"outcome":"(\w+)"/.exec(receipt)?.[1])).toEqual([
      'refused',
      'succeeded',
      'succeeded',
    ]);
    await journal.close();
  });
  it('keeps the highest sequence of each lane and forgets acknowledged receipts only', async () => {
    const host = new Host();
    const { runner, journal } = await host.start();
    const first = host.plane.envelope();
    await runner.submit(host.plane.sign(first));
    await runner.settled();
    await journal.acknowledged(first.task);
    await journal.close();
    const again = await Journal.open(path());
    expect(again.seen('guard')).toBe(first.seq);
    expect(again.unacknowledged()).toEqual([]);
    expect(again.task(first.task)?.state).toBe('done');
    await again.close();
  });
});
