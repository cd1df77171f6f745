// One agent's connection to its control plane: dials, proves itself, makes the gateway prove itself, then carries frames
// both ways. Holds no global state, so that a test can run thousands in one process.
import { fromAgent, toAgent } from '@muster/contracts/agent';
import type { FromAgent, Signed, SignedEpoch, ToAgent } from '@muster/contracts/agent';
import { isRefusal } from '../trust/refusal.ts';
import { Backoff } from './backoff.ts';
import { BatchWindow } from './batch-window.ts';
import { Handshake } from './handshake.ts';
import type { LinkOptions } from './options.ts';
import { SignIn } from './sign-in.ts';
import type { Attempt } from './sign-in.ts';
import { TaskOrder } from './task-order.ts';
import type { Wire } from './transport.ts';

type Shake =
  | { readonly step: 'challenge' }
  | { readonly step: 'welcome'; readonly nonce: string; readonly attempt: Attempt }
  | { readonly step: 'ready' };

const HANDSHAKE_MS = 10_000;
/** A link on which nothing was heard for this many heartbeats is given up. */
const SILENT_BEATS = 3;

export class Link {
  readonly #with: LinkOptions;
  readonly #backoff: Backoff;
  readonly #handshake: Handshake;
  readonly #signIn: SignIn;
  readonly #batches: BatchWindow;
  #wire: Wire | undefined;
  #shake: Shake = { step: 'challenge' };
  #stopped = false;
  #redial: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #hopeless = false;
  /** Another key is to be tried: nobody waits for that. */
  #atOnce = false;
  #replacingKey = false;
  /** The control plane is older than we are: only the first version of the protocol is spoken. */
  #plain = false;
  readonly #order = new TaskOrder((envelope) => void this.#submit(envelope));
  /** Frames are handled in order, one at a time; tasks are only handed over here, so a long one holds up nothing. */
  #inOrder: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#with = options;
    this.#backoff = new Backoff(options.random);
    this.#handshake = new Handshake(options);
    this.#signIn = new SignIn(options.identity.keys);
    this.#batches = new BatchWindow(
      options.spool,
      (frame) => this.#send(frame),
      (error) => options.log('the spool could not be read', { error: String(error) }),
    );
    options.tasks.events = {
      onStarted: (task) => this.#send({ t: 'started', task }),
      onReceipt: (task, receipt) => this.#send({ t: 'receipt', task, receipt }),
    };
    options.spool.onPush = () => {
      if (this.ready) void this.#batches.pump();
    };
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
    this.#atOnce = false;
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
    const wait = this.#atOnce ? 0 : this.#waitFor(retryAfterMs);
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
      return this.#takeWelcome(frame, this.#shake);
    }
    return this.#takeReady(frame);
  }

  async #answerChallenge(challenge: Extract<ToAgent, { t: 'challenge' }>): Promise<void> {
    const state = await this.#with.tasks.state();
    const { attempt } = this.#signIn;
    const hello = this.#handshake.hello(challenge, attempt, state, this.#plain);
    this.#shake = { step: 'welcome', nonce: hello.nonce, attempt };
    this.#order.begin(state.seen);
    this.#transmit(hello);
  }

  async #takeWelcome(
    frame: Extract<ToAgent, { t: 'welcome' }>,
    { nonce, attempt }: Extract<Shake, { step: 'welcome' }>,
  ): Promise<void> {
    await this.#handshake.judge(frame, nonce);
    if (attempt.isNext) {
      await this.#with.identity.keys.promote();
      this.#with.log('the control plane took the new identity key', { key: attempt.key.keyId });
    }
    clearTimeout(this.#deadline);
    this.#shake = { step: 'ready' };
    this.#signIn.accepted();
    this.#backoff.succeeded();
    this.#batches.begin();
    this.#startHeartbeat(frame.heartbeatSeconds);
    this.#with.onReady?.({ managed: frame.managed, confirmed: frame.confirmed });
    for (const { task, receipt } of await this.#with.tasks.receipts()) this.#send({ t: 'receipt', task, receipt });
    void this.#batches.pump();
  }

  async #takeReady(frame: ToAgent): Promise<void> {
    const { tasks } = this.#with;
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
        return this.#batches.acknowledged(frame.seq);
      case 'beat':
        return frame.checkpoint === null ? undefined : this.#witness(frame.checkpoint);
      case 'settings':
        this.#with.onSettings?.({ managed: frame.managed, confirmed: frame.confirmed });
        return;
      case 'keyset':
        await this.#handshake.acceptKeyset(frame.keyset);
        return;
      case 'journal-request':
        return this.#showJournal(frame.from);
      case 'epoch':
        return this.#beginEpoch(frame.epoch);
      case 'rotate-key':
        void this.#replaceKey(frame.rotation);
        return;
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

  /** Makes the next key and dials with it. The present one goes on counting until the next one was welcomed. */
  async #replaceKey(rotation: string): Promise<void> {
    const { identity, clock, log } = this.#with;
    if (this.#replacingKey) return;
    if (this.#signIn.wasDeclined(rotation)) return log('the control plane did not take the new identity key');
    this.#replacingKey = true;
    try {
      await identity.keys.prepare(identity.server, rotation, clock.now());
      if (!this.ready) return;
      this.#atOnce = true;
      this.#wire?.close();
    } catch (error) {
      log('no new identity key could be made; the present one stays', { error: String(error) });
    } finally {
      this.#replacingKey = false;
    }
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
    this.#atOnce = frame.code === 'unknown' && this.#signIn.unknown();
    this.#hopeless = frame.code === 'retired' || frame.code === 'quarantined' || frame.code === 'unknown';
    this.#wire?.close();
  }

  /** False: nobody is there to hear it. */
  #send(frame: FromAgent): boolean {
    if (this.ready) this.#transmit(frame);
    return this.ready;
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
