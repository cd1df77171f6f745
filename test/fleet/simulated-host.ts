// The root helper of a host that does not exist. It verifies every envelope like the real one, and holds its block list in
// memory instead of nft; receipts are signed by its own key, and say nowhere that an nft was there.
import type { HeldState } from '@muster/contracts/bans';
import { ApplyBans, ManageBans, SnapshotBans } from '@muster/contracts/bans';
import type { JournalEntry, Keyset, Receipt, Signed, SignedKeyset, TaskEnvelope } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { blockListHash } from '@muster/kernel/hashing';
import { signFor } from '@muster/kernel/signing';
import {
  aboutTask,
  journalPage,
  NO_EVENTS,
  type CancelAnswer,
  type JournalPage,
  type TaskAnswer,
  type TaskEvents,
  type TaskHandler,
  type TaskState,
} from '../../services/node-agent/src/link/index.ts';
import { openTask, outsideItsTime } from '../../services/node-agent/src/trust/envelope.ts';
import { openKeyset } from '../../services/node-agent/src/trust/keyset.ts';
import { isRefusal } from '../../services/node-agent/src/trust/refusal.ts';
import type { SimulatedIdentity } from './identity.ts';

const NFT = 'simulated';

type Outcome =
  | { ok: true; evidence: Receipt['evidence'] }
  | { ok: false; code: string; error: string; evidence?: Receipt['evidence'] };
type Lane = TaskEnvelope['lane'];

export class SimulatedHost implements TaskHandler {
  events: TaskEvents = NO_EVENTS;
  /** Called after the block list has changed. */
  onHeld: (held: HeldState) => void = () => undefined;
  onTask: (envelope: Signed) => void = () => undefined;
  private readonly identity: SimulatedIdentity;
  private keys: Keyset;
  private managed = false;
  private revision = 0;
  private readonly blocks = new Map<string, { range: string; until: number | null }>();
  private readonly protections = new Map<string, string>();
  private readonly seen: Record<Lane, number> = { guard: 0, change: 0, job: 0 };
  private readonly unacknowledged = new Map<string, Signed>();
  /** Every task that was taken, as a root helper's journal keeps it. */
  private readonly taken = new Map<string, JournalEntry & { hash: string }>();

  constructor(identity: SimulatedIdentity) {
    this.identity = identity;
    this.keys = this.open(identity.keyset);
  }

  state(): Promise<TaskState> {
    return Promise.resolve({ seen: { ...this.seen }, openTasks: [...this.unacknowledged.keys()] });
  }

  async submit(signed: Signed): Promise<TaskAnswer> {
    this.onTask(signed);
    const opened = openTask(signed, { server: this.identity.server, keyset: this.keys, now: new Date() });
    if (isRefusal(opened)) throw new Error(opened.reason);
    const { envelope, hash } = opened;
    const known = this.taken.get(envelope.task);
    if (known?.receipt && known.hash === hash) return { state: 'done', receipt: known.receipt };
    const startedAt = new Date().toISOString();
    const late = outsideItsTime(envelope, new Date());
    let outcome: Outcome;
    if (known !== undefined) {
      outcome = { ok: false, code: 'altered', error: 'This task id was used before with another content' };
    } else if (late !== undefined) outcome = { ok: false, code: late.code, error: late.reason };
    else if (envelope.seq <= this.seen[envelope.lane]) {
      outcome = { ok: false, code: 'sequence', error: `Sequence ${envelope.seq} was used already` };
    } else outcome = this.apply(envelope);
    this.seen[envelope.lane] = Math.max(this.seen[envelope.lane], envelope.seq);
    const receipt = this.sign({
      v: 1,
      task: envelope.task,
      server: this.identity.server,
      envelope: hash,
      outcome: outcome.ok ? 'succeeded' : 'failed',
      error: outcome.ok ? null : outcome.error,
      code: outcome.ok ? null : outcome.code,
      startedAt,
      finishedAt: new Date().toISOString(),
      before: null,
      after: outcome.ok ? this.hash() : null,
      evidence: outcome.evidence ?? {},
    });
    this.unacknowledged.set(envelope.task, receipt);
    if (known === undefined) {
      const at = new Date().toISOString();
      this.taken.set(envelope.task, {
        task: envelope.task,
        state: 'done',
        about: aboutTask(envelope),
        at,
        receipt,
        hash,
      });
    }
    this.onHeld(this.held());
    return { state: 'done', receipt };
  }

  cancel(): Promise<CancelAnswer> {
    // A task here is over in the moment in which it arrives.
    return Promise.resolve({ state: 'too-late' });
  }

  receipts(): Promise<readonly { task: string; receipt: Signed }[]> {
    return Promise.resolve([...this.unacknowledged].map(([task, receipt]) => ({ task, receipt })));
  }

  acknowledged(task: string): Promise<void> {
    this.unacknowledged.delete(task);
    return Promise.resolve();
  }

  journal(from: number): Promise<JournalPage> {
    const entries = [...this.taken.values()].map(({ hash: _, ...entry }) => entry);
    return Promise.resolve(journalPage(entries, from));
  }

  keyset(signed: SignedKeyset): Promise<void> {
    this.keys = this.open(signed);
    return Promise.resolve();
  }

  held(): HeldState {
    this.dropExpired();
    return {
      at: new Date().toISOString(),
      revision: this.revision,
      hash: this.managed ? this.hash() : null,
      blocks: this.blocks.size,
      protected: this.protections.size,
      fail2banSynced: this.managed ? true : null,
      problem: null,
    };
  }

  private apply(envelope: TaskEnvelope): Outcome {
    switch (envelope.name) {
      case ManageBans.name: {
        this.managed = ManageBans.args.parse(envelope.args).managed;
        const there = this.managed;
        return { ok: true, evidence: { table: there, fail2banAction: there, guard: there, notes: ['simulated'] } };
      }
      case ApplyBans.name: {
        const args = ApplyBans.args.parse(envelope.args);
        if (args.from !== this.revision) return this.gap(args.from);
        for (const id of args.remove) this.blocks.delete(id);
        for (const id of args.unprotect) this.protections.delete(id);
        for (const { id, range } of args.protect) this.protections.set(id, range);
        for (const block of args.add) this.hold(block);
        this.revision = args.to;
        return this.measured(args.add.map((block) => block.range));
      }
      case SnapshotBans.name: {
        const args = SnapshotBans.args.parse(envelope.args);
        if (args.revision < this.revision) return this.gap(args.revision);
        this.blocks.clear();
        this.protections.clear();
        for (const { id, range } of args.protections) this.protections.set(id, range);
        for (const block of args.blocks) this.hold(block);
        this.revision = args.revision;
        return this.measured(args.blocks.map((block) => block.range));
      }
      default:
        return { ok: false, code: 'unknown-task', error: `This simulated server knows no task ${envelope.name}` };
    }
  }

  private hold(block: { id: string; range: string; seconds: number | null }): void {
    const until = block.seconds === null ? null : Date.now() + block.seconds * 1000;
    this.blocks.set(block.id, { range: block.range, until });
  }

  private gap(revision: number): Outcome {
    const error = `The change starts at revision ${revision}, this server holds ${this.revision}`;
    return { ok: false, code: 'gap', error, evidence: { revision: this.revision } };
  }

  private measured(verified: string[]): Outcome {
    const { revision, blocks, protected: protections } = this.held();
    const measured = { revision, hash: this.hash(), blocks, protected: protections };
    return { ok: true, evidence: { ...measured, verified: verified.slice(0, 5000), nft: NFT, fail2ban: null } };
  }

  private hash(): string {
    return blockListHash(
      [...this.blocks.values()].map((block) => block.range),
      this.protections.values(),
    );
  }

  private dropExpired(): void {
    for (const [id, { until }] of this.blocks) if (until !== null && until <= Date.now()) this.blocks.delete(id);
  }

  private sign(receipt: Receipt): Signed {
    const bytes = canonicalBytes(receipt);
    const { hostKey } = this.identity;
    return {
      body: Buffer.from(bytes).toString('base64'),
      signature: signFor('muster/receipt/v1', hostKey, bytes),
      keyId: hostKey.keyId,
    };
  }

  private open(signed: SignedKeyset): Keyset {
    const opened = openKeyset(signed, this.identity.rootKey);
    if (isRefusal(opened)) throw new Error(opened.reason);
    return opened;
  }
}
