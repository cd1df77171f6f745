// From a signed envelope to a signed receipt, once. Order of judgement: signature and addressee, then whether the task is
// known (a known one answers with its state), then time, sequence, host policy, managed or not, arguments. Lanes run beside each
// other, each in order: a two-hour backup never delays a block.
import { receipt as receiptSchema } from '@muster/contracts/agent';
import type { Keyset, Receipt, Signed, TaskEnvelope } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import type { Clock } from '@muster/kernel/clock';
import { sha256Hex } from '@muster/kernel/hashing';
import { signFor } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';
import { openCancel, openTask, outsideItsTime } from '../trust/envelope.ts';
import type { HostPolicy } from '../trust/host-policy.ts';
import { isRefusal, refused } from '../trust/refusal.ts';
import type { Refusal } from '../trust/refusal.ts';
import type { CapabilityRegistry, CapabilityTask, Outcome, Undecided } from './capability.ts';
import type { Journal, Lane } from './journal.ts';

export interface RunnerDependencies {
  readonly server: string;
  readonly hostKey: SigningKey;
  readonly journal: Journal;
  readonly capabilities: CapabilityRegistry;
  readonly keyset: () => Keyset | undefined;
  readonly policy: () => Promise<HostPolicy>;
  readonly clock: Clock;
  readonly onStarted: (task: string) => void;
  readonly onReceipt: (task: string, receipt: Signed) => void;
}

export type Submission =
  | { readonly state: 'received' | 'started' }
  | { readonly state: 'done'; readonly receipt: Signed }
  | { readonly state: 'refused'; readonly code: string; readonly reason: string; readonly receipt: Signed };

export type Cancellation =
  | { readonly state: 'cancelled'; readonly receipt: Signed | null }
  | { readonly state: 'too-late' }
  | { readonly state: 'refused'; readonly code: string; readonly reason: string };

/** How often it is tried whether the journal can be written again, or whether something is decided. */
const POLL_MS = 1000;

interface Waiting {
  readonly envelope: TaskEnvelope;
  readonly hash: string;
}

export class TaskRunner {
  readonly #with: RunnerDependencies;
  readonly #lanes = new Map<Lane, { end: Promise<void>; tasks: number }>();
  readonly #cancelled = new Set<string>();
  /** Submissions are judged one after the other: two copies of one envelope must not both pass the sequence check. */
  #judging: Promise<unknown> = Promise.resolve();
  #running = 0;
  #closing = false;

  constructor(dependencies: RunnerDependencies) {
    this.#with = dependencies;
  }

  get busy(): boolean {
    return this.#running > 0;
  }

  /** What a crash left behind: started tasks are probed, received ones run. Never a blind second run. */
  resume(): void {
    for (const task of this.#with.journal.unfinished()) {
      this.#enqueue(
        { envelope: task.envelope, hash: task.hash },
        task.state === 'started' ? task.startedAt : undefined,
      );
    }
  }

  submit(signed: Signed): Promise<Submission> {
    return this.#inTurn(() => this.#judge(signed));
  }

  cancel(signed: Signed): Promise<Cancellation> {
    return this.#inTurn(() => this.#judgeCancel(signed));
  }

  /** Resolves when nothing waits or runs; what cannot be written down is left to the next start. */
  async settled(): Promise<void> {
    this.#closing = true;
    await this.#judging;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.end));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#judging.then(work);
    this.#judging = turn.catch(() => {
      // The submitter hears of it; the next one has its own turn.
    });
    return turn;
  }

  async #judge(signed: Signed): Promise<Submission> {
    const { journal, clock, server } = this.#with;
    const keyset = this.#with.keyset();
    if (keyset === undefined) return this.#refusal(signed, refused('no-keyset', 'This host holds no keyset yet'));
    const opened = openTask(signed, { server, keyset, now: clock.now() });
    if (isRefusal(opened)) return this.#refusal(signed, opened);
    const { envelope, hash } = opened;

    const known = journal.task(envelope.task);
    if (known !== undefined) {
      if (known.state === 'over') return this.#refusal(signed, refused('over', 'This task is over or was cancelled'));
      if (known.hash !== '' && known.hash !== hash) {
        return this.#refusal(signed, refused('altered', 'This task id was used before with another content'));
      }
      return known.state === 'done' ? { state: 'done', receipt: known.receipt } : { state: known.state };
    }
    const untimely = outsideItsTime(envelope, clock.now());
    if (untimely !== undefined) return this.#refusal(signed, untimely);
    if (envelope.seq <= journal.seen(envelope.lane)) {
      return this.#refusal(
        signed,
        refused(
          'sequence',
          `Sequence ${envelope.seq} of lane ${envelope.lane} is not above ${journal.seen(envelope.lane)}`,
        ),
      );
    }

    // From here on the control plane really asked for it: the refusal is remembered like any other outcome.
    await journal.received(envelope, hash, clock.now().toISOString());
    // Whether the host is managed is asked now only if nothing is ahead of it: a task ahead may be what takes it on.
    const barred =
      (await this.#barred(envelope)) ?? (this.#waiting(envelope.lane) ? undefined : this.#unmanaged(envelope));
    if (barred !== undefined) {
      const receipt = await this.#finish(
        envelope.task,
        refusedReceipt(this.#receiptFrame(envelope, hash, clock.now()), barred),
      );
      return { state: 'refused', code: barred.code, reason: barred.reason, receipt };
    }
    this.#enqueue({ envelope, hash }, undefined);
    return { state: 'received' };
  }

  async #barred(envelope: TaskEnvelope): Promise<Refusal | undefined> {
    const task = this.#with.capabilities.find(envelope.name);
    if (task === undefined) return refused('unknown-task', `This agent knows no task ${envelope.name}`);
    const { capability, lane } = task.definition;
    if (lane !== envelope.lane)
      return refused('malformed', `${envelope.name} belongs to lane ${lane}, not ${envelope.lane}`);
    if ((await this.#with.policy()).forbids(capability, envelope.name)) {
      return refused('forbidden', `The policy of this host forbids ${envelope.name}`);
    }
    const args = task.definition.args.safeParse(envelope.args);
    if (!args.success) {
      const [issue] = args.error.issues;
      return refused('malformed', `${issue?.path.join('.') ?? 'args'}: ${issue?.message ?? 'is not accepted'}`);
    }
    return undefined;
  }

  #unmanaged({ name }: TaskEnvelope): Refusal | undefined {
    const task = this.#with.capabilities.find(name);
    if (task === undefined || task.runsInObserve) return undefined;
    const { capability } = task.definition;
    if (this.#with.capabilities.isManaged(capability)) return undefined;
    return refused('observe', `${capability} only observes on this host`);
  }

  async #judgeCancel(signed: Signed): Promise<Cancellation> {
    const { journal, clock, server } = this.#with;
    const keyset = this.#with.keyset();
    if (keyset === undefined) return { state: 'refused', code: 'no-keyset', reason: 'This host holds no keyset yet' };
    const opened = openCancel(signed, { server, keyset, now: clock.now() });
    if (isRefusal(opened)) return { state: 'refused', code: opened.code, reason: opened.reason };
    const id = opened.envelope.task;
    const known = journal.task(id);
    if (known === undefined) {
      await journal.cancelledBeforehand(id, clock.now().toISOString());
      return { state: 'cancelled', receipt: null };
    }
    if (known.state !== 'received') return { state: 'too-late' };
    this.#cancelled.add(id);
    const receipt = await this.#finish(id, {
      ...this.#receiptFrame(known.envelope, known.hash, clock.now()),
      outcome: 'cancelled',
      error: 'Cancelled before it was started',
    });
    return { state: 'cancelled', receipt };
  }

  #enqueue(task: Waiting, interruptedAt: string | undefined): void {
    this.#running += 1;
    const lane = this.#lanes.get(task.envelope.lane) ?? { end: Promise.resolve(), tasks: 0 };
    this.#lanes.set(task.envelope.lane, lane);
    lane.tasks += 1;
    lane.end = lane.end
      .then(() => this.#untilWrittenDown(task, interruptedAt))
      .finally(() => {
        this.#running -= 1;
        lane.tasks -= 1;
      });
  }

  /** Something of this lane runs or waits for its turn. */
  #waiting(lane: Lane): boolean {
    return (this.#lanes.get(lane)?.tasks ?? 0) > 0;
  }

  /**
   * A journal that cannot be written (a full disk) holds its lane up and loses nothing: what was not started is started
   * once there is room, what was started is probed.
   */
  async #untilWrittenDown(task: Waiting, interruptedAt: string | undefined): Promise<void> {
    for (let startedAt = interruptedAt; ;) {
      try {
        return await this.#run(task, startedAt);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        const known = this.#with.journal.task(task.envelope.task);
        if (this.#closing || known?.state === 'done' || known?.state === 'over') return;
        startedAt = known?.state === 'started' ? known.startedAt : undefined;
      }
    }
  }

  async #run({ envelope, hash }: Waiting, interruptedAt: string | undefined): Promise<void> {
    const { journal, clock, capabilities } = this.#with;
    if (this.#cancelled.delete(envelope.task)) return;
    const startedAt = interruptedAt === undefined ? clock.now() : new Date(interruptedAt);
    const frame = this.#receiptFrame(envelope, hash, startedAt);
    if (interruptedAt === undefined) {
      if (startedAt.getTime() > Date.parse(envelope.notAfter)) {
        await this.#finish(envelope.task, {
          ...frame,
          outcome: 'expired',
          error: 'Its time was over before its turn came',
        });
        return;
      }
      const barred = this.#unmanaged(envelope);
      if (barred !== undefined) {
        await this.#finish(envelope.task, refusedReceipt(frame, barred));
        return;
      }
      await journal.started(envelope.task, startedAt.toISOString());
      // A cancel may have come while STARTED was being written; it lost, and its answer said so or it had finished first.
      if (journal.task(envelope.task)?.state !== 'started') return;
      this.#with.onStarted(envelope.task);
    }
    const capability = capabilities.find(envelope.name);
    const outcome =
      capability === undefined
        ? unknownTask(envelope.name)
        : await this.#decided(capability, envelope, interruptedAt !== undefined);
    if (outcome === undefined) return;
    await this.#finish(envelope.task, {
      ...frame,
      outcome: outcome.ok ? 'succeeded' : 'failed',
      error: outcome.ok ? null : outcome.error.slice(0, 500),
      code: outcome.ok ? null : outcome.code,
      before: outcome.before,
      after: outcome.after,
      evidence: outcome.evidence ?? {},
    });
  }

  /** undefined: still open when this process ends; the next one probes it. */
  async #decided(task: CapabilityTask, envelope: TaskEnvelope, interrupted: boolean): Promise<Outcome | undefined> {
    let outcome = await carryOut(task, envelope, interrupted);
    while ('undecided' in outcome) {
      if (this.#closing) return undefined;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      outcome = await carryOut(task, envelope, true);
    }
    return outcome;
  }

  #receiptFrame(envelope: TaskEnvelope, hash: string, startedAt: Date): Receipt {
    return {
      v: 1,
      task: envelope.task,
      server: this.#with.server,
      envelope: hash,
      outcome: 'failed',
      error: null,
      code: null,
      startedAt: startedAt.toISOString(),
      finishedAt: startedAt.toISOString(),
      before: null,
      after: null,
      evidence: {},
    };
  }

  async #finish(task: string, body: Receipt): Promise<Signed> {
    const finishedAt = this.#with.clock.now().toISOString();
    const receipt = this.#sign({ ...body, finishedAt });
    await this.#with.journal.done(task, receipt, finishedAt);
    this.#with.onReceipt(task, receipt);
    return receipt;
  }

  /**
   * What fails the signature, addressee or time is answered but not remembered: anybody on the socket can send it, and it
   * must not fill the disk. The receipt names the hash of the refused bytes, so it cannot pass as the answer to others.
   */
  #refusal(signed: Signed, refusal: Refusal): Submission {
    const bytes = Buffer.from(signed.body, 'base64');
    const now = this.#with.clock.now().toISOString();
    const receipt = this.#sign({
      v: 1,
      task: claimedTask(bytes),
      server: this.#with.server,
      envelope: sha256Hex(bytes),
      outcome: refusal.code === 'expired' ? 'expired' : 'refused',
      error: refusal.reason.slice(0, 500),
      code: refusal.code,
      startedAt: now,
      finishedAt: now,
      before: null,
      after: null,
      evidence: {},
    });
    return { state: 'refused', code: refusal.code, reason: refusal.reason, receipt };
  }

  #sign(body: Receipt): Signed {
    const bytes = canonicalBytes(receiptSchema.parse(body));
    const { hostKey } = this.#with;
    return {
      body: Buffer.from(bytes).toString('base64'),
      signature: signFor('muster/receipt/v1', hostKey, bytes),
      keyId: hostKey.keyId,
    };
  }
}

function refusedReceipt(frame: Receipt, { code, reason }: Refusal): Receipt {
  return { ...frame, outcome: 'refused', code, error: reason.slice(0, 500) };
}

async function carryOut(
  task: CapabilityTask,
  envelope: TaskEnvelope,
  interrupted: boolean,
): Promise<Outcome | Undecided> {
  try {
    return await (interrupted ? task.probe(envelope.args) : task.apply(envelope.args));
  } catch (error) {
    return {
      ok: false,
      code: 'broken',
      error: error instanceof Error ? error.message : String(error),
      before: null,
      after: null,
    };
  }
}

const unknownTask = (name: string): Outcome => ({
  ok: false,
  code: 'unknown-task',
  error: `This agent knows no task ${name}`,
  before: null,
  after: null,
});

const NO_TASK = '00000000-0000-0000-0000-000000000000';

/** The id inside bytes that were not believed, for the log only. */
function claimedTask(bytes: Uint8Array): string {
  const match = /"task":"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"/.exec(
    Buffer.from(bytes.subarray(0, 4_000_000)).toString('latin1'),
  );
  return match?.[1] ?? NO_TASK;
}
