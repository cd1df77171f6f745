// The sequencer: gives positions at once, signs checkpoints at a bounded pace, makes partitions ahead, and says loudly
// when somebody has changed the ledger's tables. It holds the ledger key and nothing reaches it over a network.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SigningKey } from '@muster/kernel/signing';
import type { Pool } from 'pg';
import type { HintBus } from '../event-store/index.ts';
import type { AliveFile } from '../telemetry/alive-file.ts';
import { PositionGiver, type SequencerLog } from './position-giver.ts';
import type { SignedMarkFile } from './signed-mark.ts';
import { InconsistentLog, TreeGrower } from './tree-grower.ts';

export interface SequencerParts {
  /** As muster_sequencer. Not ended here. */
  pool: Pool;
  hints: HintBus;
  log: SequencerLog;
  ledgerKey: SigningKey;
  mark: SignedMarkFile;
  /** The log's name in the keyset that root signed. */
  origin: string;
  /** At least this long between two checkpoints; milliseconds. */
  checkpointEveryMs: number;
  /** Touched after each round that signed what there was to sign. */
  alive?: AliveFile;
}

/** A new checkpoint was signed; payload `{ size }`. */
export const CHECKPOINT_SIGNED = 'ledger.checkpoint';

const LOOK_FOR_DDL_EVERY = 5_000;
const PARTITIONS_EVERY = 3_600_000;
const REPEAT_ALARM_EVERY = 30_000;

export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #positions: PositionGiver;
  readonly #tree: TreeGrower;
  readonly #stopping = new AbortController();
  #loops: Promise<unknown> | undefined;
  #lastDdlAlert = 0;
  #quietUntil = 0;

  constructor(parts: SequencerParts) {
    this.#parts = parts;
    this.#positions = new PositionGiver(parts.pool, parts.hints, parts.log);
    this.#tree = new TreeGrower(parts.pool, parts.ledgerKey, parts.mark);
  }

  /** Throws when the database holds another log than the keyset names. */
  async start(): Promise<void> {
    const { pool, origin } = this.#parts;
    const { rows } = await pool.query<{ named: boolean }>('select es.name_log($1) as named', [origin]);
    if (rows[0]?.named !== true) {
      throw new Error(
        `The keyset is for the log ${origin}, but this database holds another one that was already signed.`,
      );
    }
    await pool.query('select es.ensure_partitions()');
    this.#positions.start();
    this.#loops = Promise.all([
      this.#every(this.#parts.checkpointEveryMs, () => this.#sign()),
      this.#every(LOOK_FOR_DDL_EVERY, () => this.#reportDdl()),
      this.#every(PARTITIONS_EVERY, () => pool.query('select es.ensure_partitions()')),
    ]);
  }

  /** Signs once more before it ends, so that a clean stop leaves nothing unsigned. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#positions.stop();
    await this.#loops;
    await this.#sign().catch(() => undefined);
  }

  async #sign(): Promise<void> {
    try {
      const size = await this.#tree.grow();
      if (size !== null) this.#parts.hints.publish(CHECKPOINT_SIGNED, { size });
      this.#parts.alive?.touch();
    } catch (error) {
      if (!(error instanceof InconsistentLog)) throw error;
      if (performance.now() < this.#quietUntil) return;
      this.#quietUntil = performance.now() + REPEAT_ALARM_EVERY;
      this.#parts.log.error({ err: error, alarm: 'ledger-inconsistent' }, `No checkpoint is signed: ${error.message}`);
    }
  }

  async #reportDdl(): Promise<void> {
    const { rows } = await this.#parts.pool.query<{
      alert_id: string;
      who: string;
      tag: string;
      object: string;
      at: Date;
    }>('select alert_id, who, tag, object, at from es.ddl_alerts where alert_id > $1 order by alert_id limit 100', [
      this.#lastDdlAlert,
    ]);
    for (const row of rows) {
      this.#lastDdlAlert = Number(row.alert_id);
      this.#parts.log.error(
        { who: row.who, tag: row.tag, object: row.object, at: row.at, alarm: 'ledger-ddl' },
        'Somebody changed a table of the ledger',
      );
    }
  }

  async #every(milliseconds: number, action: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await action().catch((error: unknown) => this.#parts.log.warn({ err: error }, 'the sequencer will try again'));
      // Unlike a listener of ours, this also ends at once when the stop came while the action ran.
      await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    }
  }
}
