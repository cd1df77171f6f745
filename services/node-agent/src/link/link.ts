// One agent's connection to its control plane: dials, proves itself, makes the gateway prove itself, then carries frames
// both ways. Holds no global state, so that a test can run thousands in one process.
import { randomBytes } from 'node:crypto';
import { AGENT_FEATURES, fromAgent, toAgent } from '@muster/contracts/agent';
import type { FromAgent, Keyset, Signed, SignedEpoch, SignedKeyset, ToAgent } from '@muster/contracts/agent';
import type { CapabilityName } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import type { Clock } from '@muster/kernel/clock';
import { signFor, verifyFor } from '@muster/kernel/signing';
import type { PublicKeyText, SigningKey } from '@muster/kernel/signing';
import { openKeyset, succeeds, vouchedKey } from '../trust/keyset.ts';
import { isRefusal } from '../trust/refusal.ts';
import { Backoff } from './backoff.ts';
import type { Spool } from './spool.ts';
import type { TaskHandler } from './task-handler.ts';
import { TaskOrder } from './task-order.ts';
import type { Transport, Wire } from './transport.ts';
import type { Witness } from './witness.ts';

export interface LinkIdentity {
  readonly server: string;
  readonly key: SigningKey;
  /** The root public key that was pinned at enrolment. */
  readonly rootKey: PublicKeyText;
  readonly machineHash: string;
  readonly bootId: string;
  readonly agentVersion: string;
}

export interface KeysetMemory {
  readonly current: Keyset | undefined;
  save(signed: SignedKeyset, keyset: Keyset): Promise<void>;
}

export interface LinkSettings {
  readonly managed: readonly CapabilityName[];
  readonly confirmed: boolean;
}

export interface LinkOptions {
  readonly identity: LinkIdentity;
  readonly transport: Transport;
  readonly tasks: TaskHandler;
  readonly spool: Spool;
  readonly witness: Witness;
  readonly keysets: KeysetMemory;
  readonly clock: Clock;
  readonly load: () => number;
  readonly random?: () => number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
  readonly onReady?: (settings: LinkSettings) => void;
  readonly onSettings?: (settings: LinkSettings) => void;
}

type Shake =
  { readonly step: 'challenge' } | { readonly step: 'welcome'; readonly nonce: string } | { readonly step: 'ready' };

const HANDSHAKE_MS = 10_000;
/** Batches on their way; the next waits for an acknowledgement. */
const WINDOW = 16;
/** A link on which nothing was heard for this many heartbeats is given up. */
const SILENT_BEATS = 3;

export class Link {
  readonly #with: LinkOptions;
  readonly #backoff: Backoff;
  #wire: Wire | undefined;
  #shake: Shake = { step: 'challenge' };
  #stopped = false;
  #redial: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #sentSeq = 0;
  #ackedSeq = 0;
  #pumping = false;
  #hopeless = false;
  /** The control plane is older than we are: only the first version of the protocol is spoken. */
  #plain = false;
  readonly #order = new TaskOrder((envelope) => void this.#submit(envelope));
  /** Frames are handled in order, one at a time; tasks are only handed over here, so a long one holds up nothing. */
  #inOrder: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#with = options;
    this.#backoff = new Backoff(options.random);
    options.tasks.events = {
      onStarted: (task) => this.#send({ t: 'started', task }),
      onReceipt: (task, receipt) => this.#send({ t: 'receipt', task, receipt }),
    };
    options.spool.onPush = () => void this.#pump();
  }

  get ready(): boolean {
    return this.#shake.step === 'ready';
  }

  start(): void {
    this.#stopped = false;
    this.#dial();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#redial);
    this.#end();
  }

  /** Resolves when the spool is empty or the time is over: for the last words of an uninstall. */
  async drained(deadlineMs: number): Promise<boolean> {
    const until = performance.now() + deadlineMs;
    while (this.#with.spool.waiting > 0) {
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return true;
  }

  #dial(): void {
    this.#shake = { step: 'challenge' };
    this.#hopeless = false;
    const wire: Wire = this.#with.transport.open({
      onText: (text) => {
        if (this.#wire !== wire) return;
        this.#heardAt = performance.now();
        this.#inOrder = this.#inOrder
          .then(() => this.#take(wire, text))
          .catch((error: unknown) => {
            this.#with.log('the link is closed', { why: error instanceof Error ? error.message : String(error) });
            wire.close();
          });
      },
      onClose: (why, retryAfterMs) => {
        if (this.#wire === wire) this.#closed(why, retryAfterMs);
      },
    });
    this.#wire = wire;
    this.#deadline = setTimeout(() => {
      this.#with.log('no handshake in time');
      wire.close();
      this.#closed('no handshake in time');
    }, HANDSHAKE_MS + 10_000);
  }

  #closed(why: string, retryAfterMs?: number): void {
    // It may have been upgraded meanwhile.
    if (this.ready) this.#plain = false;
    this.#end();
    if (this.#stopped) return;
    const wait = this.#waitFor(retryAfterMs);
    this.#with.log('not connected', { why, retryInMs: wait });
    this.#redial = setTimeout(() => this.#dial(), wait);
  }

  #waitFor(retryAfterMs: number | undefined): number {
    if (this.#hopeless) return Backoff.hopelessMs;
    return retryAfterMs === undefined ? this.#backoff.next() : this.#backoff.asTold(retryAfterMs);
  }

  #end(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#heartbeat);
    this.#order.stop();
    const wire = this.#wire;
    this.#wire = undefined;
    this.#shake = { step: 'challenge' };
    wire?.close();
  }

  async #take(wire: Wire, text: string): Promise<void> {
    if (this.#wire !== wire) return;
    const parsed = toAgent.safeParse(parse(text));
    if (!parsed.success) throw new Error(`a frame was not understood: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
    const frame = parsed.data;
    if (frame.t === 'goodbye') return this.#goodbye(frame);
    if (this.#shake.step === 'challenge') {
      if (frame.t !== 'challenge') throw new Error(`${frame.t} came before the challenge`);
      return this.#answerChallenge(frame);
    }
    if (this.#shake.step === 'welcome') {
      if (frame.t !== 'welcome') throw new Error(`${frame.t} came before the welcome`);
      return this.#takeWelcome(frame, this.#shake.nonce);
    }
    return this.#takeReady(frame);
  }

  async #answerChallenge({ nonce: serverNonce }: Extract<ToAgent, { t: 'challenge' }>): Promise<void> {
    const { identity, tasks, keysets } = this.#with;
    const nonce = randomBytes(32).toString('base64');
    const { server, machineHash, bootId, agentVersion } = identity;
    const state = await tasks.state();
    const proof = signFor(
      'muster/hello/v1',
      identity.key,
      canonicalBytes({ server, serverNonce, agentNonce: nonce, machineHash, bootId }),
    );
    this.#shake = { step: 'welcome', nonce };
    this.#order.begin(state.seen);
    this.#transmit({
      t: 'hello',
      v: 1,
      server,
      nonce,
      proof,
      machineHash,
      bootId,
      agentVersion,
      keysetSerial: keysets.current?.serial ?? 0,
      seen: { guard: state.seen.guard ?? 0, change: state.seen.change ?? 0, job: state.seen.job ?? 0 },
      openTasks: state.openTasks.slice(0, 1000),
      ...(this.#plain ? {} : { speaks: [...AGENT_FEATURES] }),
    });
  }

  /** The gateway proves a key that root vouches for, over our nonce: a relay or an impostor has none. */
  async #takeWelcome(frame: Extract<ToAgent, { t: 'welcome' }>, nonce: string): Promise<void> {
    const { identity, clock } = this.#with;
    const keyset = await this.#acceptKeyset(frame.keyset);
    const key = vouchedKey(keyset, 'gateway', frame.gatewayKey, clock.now());
    if (isRefusal(key)) throw new Error(`the gateway did not prove itself: ${key.reason}`);
    const said = canonicalBytes({ nonce, server: identity.server, session: frame.session });
    if (!verifyFor('muster/welcome/v1', key, said, frame.proof))
      throw new Error('the gateway did not prove itself: wrong signature');

    clearTimeout(this.#deadline);
    this.#shake = { step: 'ready' };
    this.#backoff.succeeded();
    this.#sentSeq = this.#ackedSeq;
    this.#startHeartbeat(frame.heartbeatSeconds);
    this.#with.onReady?.({ managed: frame.managed, confirmed: frame.confirmed });
    for (const { task, receipt } of await this.#with.tasks.receipts()) this.#send({ t: 'receipt', task, receipt });
    void this.#pump();
  }

  async #acceptKeyset(signed: SignedKeyset): Promise<Keyset> {
    const { identity, keysets, tasks } = this.#with;
    const opened = openKeyset(signed, identity.rootKey);
    if (isRefusal(opened)) throw new Error(opened.reason);
    const held = keysets.current;
    if (held !== undefined && opened.serial === held.serial) return held;
    if (!succeeds(opened, held))
      throw new Error(`keyset ${opened.serial} is older than the one held (${held?.serial ?? 0})`);
    await keysets.save(signed, opened);
    // The helper judges it for itself; when it cannot be reached now it refuses tasks until it is.
    await tasks
      .keyset(signed)
      .catch((error: unknown) => this.#with.log('the root helper did not take the keyset', { error: String(error) }));
    return opened;
  }

  async #takeReady(frame: ToAgent): Promise<void> {
    const { tasks, spool } = this.#with;
    switch (frame.t) {
      case 'task':
        this.#order.take(frame.envelope);
        return;
      case 'cancel':
        void this.#cancel(frame.envelope);
        return;
      case 'receipt-ack':
        return tasks.acknowledged(frame.task);
      case 'batch-ack':
        this.#ackedSeq = Math.max(this.#ackedSeq, frame.seq);
        await spool.acknowledge(frame.seq);
        void this.#pump();
        return;
      case 'beat':
        return frame.checkpoint === null ? undefined : this.#witness(frame.checkpoint);
      case 'settings':
        this.#with.onSettings?.({ managed: frame.managed, confirmed: frame.confirmed });
        return;
      case 'keyset':
        await this.#acceptKeyset(frame.keyset);
        return;
      case 'journal-request':
        return this.#showJournal(frame.from);
      case 'epoch':
        return this.#beginEpoch(frame.epoch);
      case 'challenge':
      case 'welcome':
      case 'goodbye':
        throw new Error(`${frame.t} has no place after the handshake`);
    }
  }

  async #submit(envelope: Signed): Promise<void> {
    const task = taskOf(envelope);
    if (task === undefined) return;
    try {
      const answer = await this.#with.tasks.submit(envelope);
      if ('receipt' in answer) this.#send({ t: 'receipt', task, receipt: answer.receipt });
      else this.#send({ t: 'ack', task, state: answer.state });
    } catch (error) {
      // No acknowledgement: the control plane keeps it and sends it again, and its lane begins where the helper stands.
      await this.#with.tasks.state().then(
        ({ seen }) => this.#order.begin(seen),
        () => undefined,
      );
      this.#with.log('a task could not be handed over', { task, error: String(error) });
    }
  }

  async #cancel(envelope: Signed): Promise<void> {
    const task = taskOf(envelope);
    if (task === undefined) return;
    try {
      const answer = await this.#with.tasks.cancel(envelope);
      if (answer.state === 'cancelled' && answer.receipt !== null)
        this.#send({ t: 'receipt', task, receipt: answer.receipt });
      if (answer.state === 'too-late') this.#send({ t: 'ack', task, state: 'started' });
    } catch (error) {
      this.#with.log('a cancel could not be handed over', { task, error: String(error) });
    }
  }

  async #witness(shown: NonNullable<Extract<ToAgent, { t: 'beat' }>['checkpoint']>): Promise<void> {
    const { witness, keysets, clock, log } = this.#with;
    if (keysets.current === undefined) return;
    const frame = await witness.judge(shown, keysets.current, clock.now());
    if (frame === undefined) return;
    if (frame.t === 'fork-alarm') log('ALARM: the ledger forked or shrank', { why: frame.why });
    this.#send(frame);
  }

  /** Of no use to anybody but a control plane that was restored, and it asks only then. */
  async #showJournal(from: number): Promise<void> {
    const { entries, next } = await this.#with.tasks.journal(from);
    this.#send({ t: 'journal', from, entries, next, head: this.#with.witness.head ?? null });
  }

  async #beginEpoch(epoch: SignedEpoch): Promise<void> {
    const judged = await this.#with.witness.acceptEpoch(epoch);
    if (judged === undefined) return;
    if (isRefusal(judged)) return this.#with.log('a new epoch of the ledger was not believed', { why: judged.reason });
    if (judged.t === 'fork-alarm') this.#with.log('ALARM: the ledger forked or shrank', { why: judged.why });
    this.#send(judged);
  }

  #startHeartbeat(seconds: number): void {
    this.#heardAt = performance.now();
    const beat = (): void => {
      if (performance.now() - this.#heardAt > SILENT_BEATS * seconds * 1000 + 5000) {
        this.#wire?.close();
        this.#closed('nothing heard for a while');
        return;
      }
      const { witness, spool, clock, load } = this.#with;
      this.#send({
        t: 'heartbeat',
        time: clock.now().toISOString(),
        seenSize: witness.size,
        ...(this.#plain || witness.head === undefined ? {} : { seenOrigin: witness.head.origin }),
        load1: load(),
        spooled: spool.waiting,
      });
    };
    beat();
    this.#heartbeat = setInterval(beat, seconds * 1000);
  }

  #goodbye(frame: Extract<ToAgent, { t: 'goodbye' }>): void {
    this.#with.log('the control plane said goodbye', { code: frame.code, reason: frame.reason });
    // It has not understood our hello: the next one says no more than the first version of the protocol.
    if (frame.code === 'protocol' && !this.ready) this.#plain = !this.#plain;
    this.#hopeless = frame.code === 'retired' || frame.code === 'quarantined' || frame.code === 'unknown';
    this.#wire?.close();
  }

  async #pump(): Promise<void> {
    if (this.#pumping || !this.ready) return;
    this.#pumping = true;
    try {
      for (;;) {
        const unacknowledged = await this.#with.spool.after(this.#ackedSeq, WINDOW);
        const next = unacknowledged.filter((batch) => batch.seq > this.#sentSeq);
        if (next.length === 0 || !this.ready) return;
        for (const { seq, body } of next) {
          this.#send({ t: 'batch', seq, body });
          this.#sentSeq = seq;
        }
      }
    } catch (error) {
      this.#with.log('the spool could not be read', { error: String(error) });
    } finally {
      this.#pumping = false;
    }
  }

  #send(frame: FromAgent): void {
    if (this.ready) this.#transmit(frame);
  }

  #transmit(frame: FromAgent): void {
    this.#wire?.send(JSON.stringify(frame));
  }
}

/** The id inside an envelope, to name the answer; whether the envelope is good is not judged here. */
function taskOf(envelope: Signed): string | undefined {
  const value = parse(Buffer.from(envelope.body, 'base64').toString('utf8'));
  if (typeof value !== 'object' || value === null || !('task' in value)) return undefined;
  const shaped = fromAgent.safeParse({ t: 'started', task: value.task });
  return shaped.success && shaped.data.t === 'started' ? shaped.data.task : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
