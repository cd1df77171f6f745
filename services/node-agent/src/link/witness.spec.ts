// What the agent says to the log that it is shown: it co-signs what only grew, and raises an alarm at what did not.
import { sign } from 'node:crypto';
import type { EpochStatement, JournalEntry, SignedEpoch } from '@muster/contracts/agent';
import { toHex } from '@muster/kernel/bytes';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signCheckpoint } from '@muster/kernel/checkpoint';
import { sha256 } from '@muster/kernel/hashing';
import { consistencyProof, leafHash, nodeHash, rootOf } from '@muster/kernel/merkle';
import type { NodeHashes } from '@muster/kernel/merkle';
import { generateSigningKey, signFor, verifyFor } from '@muster/kernel/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalPage } from '../runtime/journal-pages.ts';
import type { TestControlPlane } from '../testing/control-plane.ts';
import type { TestGateway } from '../testing/gateway.ts';
import { LinkUnderTest, taskHandler } from '../testing/linked-agent.ts';
import { WitnessInMemory } from './in-memory.ts';
import type { SeenCheckpoint } from './witness.ts';

let under: LinkUnderTest;
let gateway: TestGateway;
let plane: TestControlPlane;

beforeEach(async () => {
  under = await LinkUnderTest.open();
  ({ gateway, plane } = under);
});
afterEach(() => under.close());

describe('witness', () => {
  const leaves = Array.from({ length: 8 }, (_, i) => leafHash(sha256, new Uint8Array([i])));
  const nodes =
    (of: readonly Uint8Array[]): NodeHashes =>
    (level, index) => {
      if (level === 0) return of[index] ?? new Uint8Array(32);
      return nodeHash(sha256, nodes(of)(level - 1, 2 * index), nodes(of)(level - 1, 2 * index + 1));
    };
  const note = (of: readonly Uint8Array[], size: number, key = plane.ledger, epoch = 1): string => {
    const root = rootOf(sha256, nodes(of), size);
    return signCheckpoint(
      sha256,
      { origin: `muster.test/log/${epoch}`, size, root },
      Buffer.from(key.publicKey, 'base64'),
      (message) => sign(null, message, key.privateKey),
    );
  };
  const beat = (text: string, proof: readonly Uint8Array[]) =>
    gateway.send({ t: 'beat', time: new Date().toISOString(), checkpoint: { note: text, proof: proof.map(toHex) } });

  it('co-signs what extends the last checkpoint and alarms on a fork and on a shrink', async () => {
    const memory = new WitnessInMemory();
    await under.connect({ memory });
    await gateway.frame('heartbeat');
    beat(note(leaves, 3), []);
    const first = await gateway.frame('cosign', (frame) => frame.size === 3);
    const statement = canonicalBytes({ origin: 'muster.test/log/1', size: 3, root: first.root, time: first.time });
    expect(verifyFor('muster/cosignature/v1', under.agentKey.publicKey, statement, first.signature)).toBe(true);
    beat(note(leaves, 7), consistencyProof(sha256, nodes(leaves), 3, 7));
    await gateway.frame('cosign', (frame) => frame.size === 7);

    const forked = [leafHash(sha256, new Uint8Array([99])), ...leaves.slice(1)];
    beat(note(forked, 8), consistencyProof(sha256, nodes(forked), 7, 8));
    expect(await gateway.frame('fork-alarm')).toMatchObject({
      seenSize: 7,
      why: expect.stringMatching(/does not contain/) as string,
    });
    beat(note(leaves, 5), []);
    await gateway.frame('fork-alarm', (frame) => frame.why.includes('shrank'));
    expect(memory.seen?.size).toBe(7);
  });
  describe('after a restore', () => {
    const restored = (
      of: readonly Uint8Array[],
      size: number,
      changes: Partial<EpochStatement> = {},
      key = plane.root,
    ) => {
      const bytes = canonicalBytes({
        v: 1,
        epoch: 2,
        origin: 'muster.test/log/2',
        previous: { origin: 'muster.test/log/1', size, root: toHex(rootOf(sha256, nodes(of), size)) },
        begunAt: '2026-11-20T03:00:00Z',
        backupTakenAt: '2026-11-19T03:00:00Z',
        ...changes,
      });
      return { body: Buffer.from(bytes).toString('base64'), signature: signFor('muster/epoch/v1', key, bytes) };
    };
    const head = (size: number): SeenCheckpoint => ({
      origin: 'muster.test/log/1',
      size,
      root: toHex(rootOf(sha256, nodes(leaves), size)),
    });
    /** What came after the restore is another than what had come before. */
    const other = [...leaves.slice(0, 5), ...[90, 91, 92].map((leaf) => leafHash(sha256, new Uint8Array([leaf])))];
    const meet = async (kept: { seen: SeenCheckpoint; epoch?: SignedEpoch }): Promise<WitnessInMemory> => {
      const memory = new WitnessInMemory(kept);
      await under.connect({ memory });
      await gateway.frame('heartbeat');
      gateway.send({ t: 'keyset', keyset: plane.keyset(2, { origin: 'muster.test/log/2' }) });
      return memory;
    };

    it('goes on from where root says, although it had seen more', async () => {
      const memory = await meet({ seen: head(7) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5) });
      beat(note(other, 6, plane.ledger, 2), []);
      expect((await gateway.frame('cosign')).size).toBe(6);
      expect(memory.seen).toMatchObject({ origin: 'muster.test/log/2', size: 6 });
      expect(gateway.frames.some(({ t }) => t === 'fork-alarm')).toBe(false);
    });
    it('wants proof that nothing else changed when it had not seen more', async () => {
      await meet({ seen: head(4) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5) });
      const forged = [leafHash(sha256, new Uint8Array([99])), ...other.slice(1)];
      beat(note(forged, 6, plane.ledger, 2), consistencyProof(sha256, nodes(forged), 4, 6));
      expect((await gateway.frame('fork-alarm')).why).toMatch(/does not contain/);
      beat(note(other, 6, plane.ledger, 2), consistencyProof(sha256, nodes(other), 4, 6));
      expect((await gateway.frame('cosign')).size).toBe(6);
    });
    it('does not believe a new name of the log that root has not stated', async () => {
      const memory = await meet({ seen: head(4) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5, {}, plane.ledger) });
      beat(note(other, 6, plane.ledger, 2), []);
      expect((await gateway.frame('fork-alarm')).why).toMatch(/root has not said/);
      expect(memory.seen?.size).toBe(4);
    });
    it('alarms when one epoch is begun twice, and when an earlier one comes back', async () => {
      await meet({ seen: head(4), epoch: restored(leaves, 5) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 4) });
      expect((await gateway.frame('fork-alarm')).why).toMatch(/begun twice/);
      gateway.send({ t: 'epoch', epoch: restored(leaves, 4, { epoch: 3, origin: 'muster.test/log/3' }) });
      gateway.send({ t: 'epoch', epoch: restored(leaves, 5) });
      await gateway.frame('fork-alarm', ({ why }) => why.includes('after epoch 3'));
    });
    it('shows its journal in pages that fit into a frame, with what it had witnessed', async () => {
      const receipt = { body: 'A'.repeat(100_000), signature: `${'A'.repeat(86)}==`, keyId: '0'.repeat(16) };
      const all: JournalEntry[] = Array.from({ length: 7 }, (_, i) => ({
        task: `0190b5e2-7a10-7000-8000-00000000000${i}`,
        state: 'done',
        about: { name: 'bans.apply@1', lane: 'guard', seq: i + 1, actor: 'person', args: 'a'.repeat(64) },
        at: '2026-11-20T03:00:00Z',
        receipt,
      }));
      await under.connect({
        memory: new WitnessInMemory({ seen: head(4) }),
        tasks: taskHandler({ journal: (from) => Promise.resolve(journalPage(all, from)) }),
      });
      await gateway.frame('heartbeat');
      gateway.send({ t: 'journal-request', from: 0 });
      const first = await gateway.frame('journal');
      expect(first).toMatchObject({ from: 0, next: 2, head: head(4) });
      gateway.send({ t: 'journal-request', from: 6 });
      const last = await gateway.frame('journal', ({ from }) => from === 6);
      expect(last.entries.map(({ task }) => task)).toEqual([all[6]?.task]);
      expect(last.next).toBeNull();
    });
  });
  it('does not listen to a note that the ledger key did not sign', async () => {
    const memory = new WitnessInMemory();
    await under.connect({ memory });
    await gateway.frame('heartbeat');
    beat(note(leaves, 3, generateSigningKey()), []);
    beat(note(leaves, 2), []);
    expect((await gateway.frame('cosign')).size).toBe(2);
    expect(memory.seen?.size).toBe(2);
  });
});
