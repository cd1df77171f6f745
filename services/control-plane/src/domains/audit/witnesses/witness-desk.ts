// Agents as witnesses: with a heartbeat goes the newest checkpoint and the proof that it extends the one the agent last
// accepted; what comes back is its cosignature, or an alarm.
import { ForkAlarmRaised } from '@muster/contracts/audit';
import type { FromAgent, ToAgent } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { toHex } from '@muster/kernel/bytes';
import { sha256 } from '@muster/kernel/hashing';
import { derivedId } from '@muster/kernel/ids';
import { keyIdOf, verifyFor } from '@muster/kernel/signing';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { LinkRegistry, speaks, type Greeting, type LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { LINK_SERVER, type LinkServer } from '../../../platform/agent-link/link-server.ts';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { eventOf, SOFTWARE } from '../../../platform/cqrs/recorder.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Gathered } from '../../../platform/database/gathered.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LogProofs, type StoredCheckpoint } from '../../../platform/proofs/log-proofs.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { parseSignedNote } from '@muster/kernel/checkpoint';
import { Epochs } from './epochs.ts';

type Frame<T extends FromAgent['t']> = Extract<FromAgent, { t: T }>;
type Offer = Extract<ToAgent, { t: 'beat' }>['checkpoint'];

/** One checkpoint serves all heartbeats of this span. */
const CHECKPOINT_FRESH_MS = 1000;
/** Cosignatures are kept for ever: all witnesses together give at most this many a second, however many there are. */
const COSIGNATURES_PER_SECOND = 20;
const PROOFS_KEPT = 500;

interface Newest extends StoredCheckpoint {
  readonly origin: string;
}

interface SignedSize {
  readonly size: number;
  readonly origin: string;
  readonly root: string;
}

interface Cosignature {
  readonly size: number;
  readonly witness: string;
  readonly key: string;
  readonly root: string;
  readonly signature: string;
  readonly time: string;
}

@Injectable()
export class WitnessDesk implements OnModuleInit {
  readonly #log = new Logger('Witnesses');
  readonly #proofs: LogProofs;
  readonly #live: LiveHints;
  readonly #epochs: Epochs;
  readonly #asked = new Map<string, number>();
  readonly #kept = new Map<string, string[]>();
  readonly #checkpoint: Gathered<void, Newest | null>;
  readonly #signed: Gathered<number, SignedSize | undefined>;
  readonly #cosignatures: Gathered<Cosignature, void>;
  #newest: { at: number; checkpoint: Newest | null } = { at: 0, checkpoint: null };

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(LinkRegistry) private readonly registry: LinkRegistry,
    @Inject(LINK_SERVER) private readonly link: LinkServer,
    @Inject(HINTS) hints: HintBus,
  ) {
    this.#proofs = new LogProofs(database.pool);
    this.#epochs = new Epochs(store);
    this.#live = new LiveHints(hints);
    this.#checkpoint = new Gathered(async () => {
      const newest = await this.#proofs.newestCheckpoint();
      return () => newest && { ...newest, origin: originOf(newest) };
    });
    this.#signed = new Gathered((sizes) => this.#readSigned(sizes));
    this.#cosignatures = new Gathered((cosignatures) => this.#keep(cosignatures));
  }

  onModuleInit(): void {
    this.registry.onConnected((server, greeting) => this.#tellEpoch(server, greeting));
    this.registry.onFrame('cosign', (server, frame) => this.#cosigned(server, frame));
    this.registry.onFrame('fork-alarm', (server, frame) => this.#alarm(server, frame));
  }

  /**
   * What the next beat to this witness carries; null: nothing new to see. `seenOrigin`: the log it saw; undefined from an
   * agent of the first release.
   */
  async offer(server: LinkedServer, seenSize: number, seenOrigin: string | undefined): Promise<Offer> {
    let checkpoint = await this.#newestCheckpoint();
    if (!checkpoint) return null;
    const isSameLog = seenOrigin === undefined || seenOrigin === checkpoint.origin;
    if (isSameLog && checkpoint.size < seenSize) {
      // Ours may be a second old. If the log really is shorter than what it saw, it must see that and say so.
      this.#newest.at = 0;
      checkpoint = (await this.#newestCheckpoint()) ?? checkpoint;
    }
    if (isSameLog && checkpoint.size === seenSize) return null;
    const last = this.#asked.get(server.serverId) ?? 0;
    const turn = (this.#asked.size / COSIGNATURES_PER_SECOND) * 1000;
    if (seenSize > 0 && Date.now() - last < turn) return null;
    this.#asked.set(server.serverId, Date.now());
    const provable = isSameLog || (await this.#wasRestored(seenSize, seenOrigin));
    const from = provable && seenSize > 0 && seenSize < checkpoint.size ? seenSize : null;
    return { note: checkpoint.note, proof: from === null ? [] : await this.#consistency(from, checkpoint.size) };
  }

  /** True when all that a witness of an earlier epoch saw is part of what was restored. */
  async #wasRestored(seenSize: number, seenOrigin: string): Promise<boolean> {
    const epoch = await this.#epochs.newest();
    return epoch?.statement.previous.origin === seenOrigin && seenSize <= epoch.statement.previous.size;
  }

  async #tellEpoch(server: LinkedServer, greeting: Greeting): Promise<void> {
    if (!speaks(greeting, 'epochs')) return;
    const epoch = await this.#epochs.newest();
    if (epoch !== null) this.link.session(server.serverId)?.send({ t: 'epoch', epoch: epoch.signed });
  }

  async #newestCheckpoint(): Promise<Newest | null> {
    if (Date.now() - this.#newest.at > CHECKPOINT_FRESH_MS) {
      this.#newest = { at: Date.now(), checkpoint: await this.#checkpoint.ask() };
    }
    return this.#newest.checkpoint;
  }

  async #consistency(from: number, to: number): Promise<string[]> {
    const key = `${from}-${to}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const path = (await this.#proofs.consistency(from, to)).map(toHex);
    if (this.#kept.size >= PROOFS_KEPT) this.#kept.clear();
    this.#kept.set(key, path);
    return path;
  }

  async #cosigned(server: LinkedServer, frame: Frame<'cosign'>): Promise<void> {
    const signed = await this.#signed.ask(frame.size);
    const origin = signed?.origin ?? '';
    const bytes = canonicalBytes({ origin, size: frame.size, root: frame.root, time: frame.time });
    const good =
      signed?.root === frame.root && verifyFor('muster/cosignature/v1', server.agentKey, bytes, frame.signature);
    if (!good) {
      this.#log.warn(`a cosignature of ${server.serverId} over size ${frame.size} does not hold`);
      return;
    }
    const { size, root, signature, time } = frame;
    const key = keyIdOf(server.agentKey);
    await this.#cosignatures.ask({ size, root, signature, time, key, witness: server.serverId });
    this.#live.changed('ledger');
  }

  async #readSigned(sizes: readonly number[]): Promise<(size: number) => SignedSize | undefined> {
    const { rows } = await this.database.pool.query<{ size: string | number; note: string; root: Buffer }>(
      'select size, note, root from es.checkpoints where size = any($1)',
      [[...new Set(sizes)]],
    );
    const bySize = new Map(
      rows.map((row): [number, SignedSize] => [
        Number(row.size),
        { size: Number(row.size), origin: originOf(row), root: row.root.toString('hex') },
      ]),
    );
    return (size) => bySize.get(size);
  }

  async #keep(cosignatures: readonly Cosignature[]): Promise<() => void> {
    await this.database.pool.query(
      `insert into es.witness_cosignatures (size, witness_id, key_id, root, signature, cosigned_at)
       select size, witness, key, decode(root, 'hex'), decode(signature, 'base64'), "time"
       from json_to_recordset($1::json) as c(size bigint, witness text, key text, root text, signature text,
         "time" timestamptz)
       on conflict do nothing`,
      [JSON.stringify(cosignatures)],
    );
    return () => undefined;
  }

  async #alarm(server: LinkedServer, frame: Frame<'fork-alarm'>): Promise<void> {
    this.#log.error(`the witness ${server.serverId} says that the ledger forked: ${frame.why}`);
    const event = eventOf(ForkAlarmRaised, {
      serverId: server.serverId,
      seenSize: frame.seenSize,
      seenRoot: frame.seenRoot,
      why: frame.why,
    });
    await this.store.append({
      // Once for what it saw: a witness that stays where it is says so with every beat, and the log grows meanwhile.
      commandId: derivedId('fork-alarm', server.serverId, String(frame.seenSize), frame.seenRoot),
      actor: `server:${server.serverId}`,
      requestHash: sha256(canonicalBytes([server.serverId, frame.seenSize, frame.seenRoot])),
      tenantId: server.tenantId,
      streamId: `witness-${server.serverId}`,
      streamType: 'witness',
      expectedVersion: 'any',
      events: [event],
      meta: {
        v: 1,
        actor: `server:${server.serverId}`,
        actorKind: 'agent',
        software: SOFTWARE,
        correlation: server.serverId,
        tenant: server.tenantId,
      },
    });
    this.#live.changed('fleet');
  }
}

const originOf = ({ note }: { readonly note: string }): string => parseSignedNote(note).checkpoint.origin;
