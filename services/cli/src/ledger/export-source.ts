// The ledger as an export file holds it. The head of the file is read once for checkpoints and keysets, the events are
// streamed: an export may be larger than memory.
import { createReadStream } from 'node:fs';
import type { SignedKeyset } from '@muster/contracts/agent';
import { fromHex } from '@muster/kernel/bytes';
import type { LedgerEntry, StoredCheckpoint, StoredCosignature } from './entry.ts';
import { exportHeader, exportLine, type ExportLine } from '@muster/contracts/ledger';
import { UnreadableSource, type LedgerSource } from './source.ts';

const BLOCK_BYTES = 1 << 18;

export class ExportSource implements LedgerSource {
  readonly name: string;
  readonly #path: string;
  readonly #checkpoints: StoredCheckpoint[] = [];
  readonly #cosignatures: StoredCosignature[] = [];
  readonly #keysets: SignedKeyset[] = [];
  #complete = false;

  private constructor(path: string) {
    this.#path = path;
    this.name = `export ${path}`;
  }

  /** Throws UnreadableSource when it is not an export. */
  static async open(path: string): Promise<ExportSource> {
    const source = new ExportSource(path);
    for await (const lines of source.#lines()) {
      for (const line of lines) {
        if (line.k === 'checkpoint') source.#checkpoints.push({ size: line.size, note: line.note });
        else if (line.k === 'cosignature') source.#cosignatures.push(line);
        else if (line.k === 'keyset') source.#keysets.push(line.keyset);
        else return source;
      }
    }
    return source;
  }

  checkpoints(): Promise<StoredCheckpoint[]> {
    return Promise.resolve(this.#checkpoints);
  }
  cosignatures(): Promise<StoredCosignature[]> {
    return Promise.resolve(this.#cosignatures);
  }
  keysets(): Promise<SignedKeyset[]> {
    return Promise.resolve(this.#keysets);
  }

  async *entries(): AsyncIterable<LedgerEntry[]> {
    for await (const lines of this.#lines()) {
      const entries: LedgerEntry[] = [];
      for (const line of lines) {
        if (line.k === 'event') entries.push(entryOf(line));
        else if (line.k === 'leaf') {
          entries.push({ position: line.position, content: null, recordedLeaf: fromHex(line.leaf) });
        } else if (line.k === 'end') this.#complete = true;
      }
      yield entries;
    }
  }

  /** Ask after the entries were read. */
  strays(): Promise<string[]> {
    return Promise.resolve(this.#complete ? [] : ['the export has no last line: it was cut off while it was written']);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#lines(): AsyncIterable<ExportLine[]> {
    let number = 0;
    try {
      for await (const texts of this.#blocks()) {
        const lines: ExportLine[] = [];
        for (const text of texts) {
          number++;
          const value: unknown = JSON.parse(text);
          if (number === 1) exportHeader.parse(value);
          else lines.push(isEventLine(value) ? value : exportLine.parse(value));
        }
        yield lines;
      }
    } catch (error) {
      throw new UnreadableSource(`${this.#path}, line ${number}: not a line of a ledger export`, { cause: error });
    }
    if (number === 0) throw new UnreadableSource(`${this.#path} is empty`);
  }

  /** Whole lines, many at a time. */
  async *#blocks(): AsyncIterable<string[]> {
    const stream = createReadStream(this.#path, { encoding: 'utf8', highWaterMark: BLOCK_BYTES });
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      yield lines.filter((line) => line !== '');
    }
    if (rest !== '') yield [rest];
  }
}

type EventLine = Extract<ExportLine, { k: 'event' }>;

const EVENT_FIELDS = 12;
const DECIMAL = /^\d+$/;
const HEX_32 = /^[0-9a-f]{64}$/;

/**
 * True for an event's line in the form that we write. Nearly every line is one, and its schema costs more than all its
 * hashes; whatever is not plainly one is left to the schema, which says what is wrong.
 */
function isEventLine(value: unknown): value is EventLine {
  if (typeof value !== 'object' || value === null) return false;
  const line = value as Partial<Record<keyof EventLine, unknown>>;
  return (
    line.k === 'event' &&
    isCount(line.position, 0) &&
    typeof line.eventId === 'string' &&
    typeof line.tenantId === 'string' &&
    typeof line.streamId === 'string' &&
    isCount(line.streamVersion, 1) &&
    typeof line.type === 'string' &&
    Number.isSafeInteger(line.schemaVersion) &&
    typeof line.recordedMicros === 'string' &&
    DECIMAL.test(line.recordedMicros) &&
    typeof line.leaf === 'string' &&
    HEX_32.test(line.leaf) &&
    typeof line.meta === 'string' &&
    typeof line.body === 'string' &&
    Object.keys(line).length === EVENT_FIELDS
  );
}

function isCount(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}

function entryOf(line: EventLine): LedgerEntry {
  return {
    position: line.position,
    recordedLeaf: fromHex(line.leaf),
    content: {
      eventId: line.eventId,
      tenantId: line.tenantId,
      streamId: line.streamId,
      streamVersion: line.streamVersion,
      type: line.type,
      schemaVersion: line.schemaVersion,
      recordedMicros: BigInt(line.recordedMicros),
      meta: line.meta,
      body: line.body,
    },
  };
}
