// The ledger as an export file holds it. The head of the file is read once for checkpoints and keysets, the events are
// streamed: an export may be larger than memory.
import { createReadStream } from 'node:fs';
import type { SignedKeyset } from '@muster/contracts/agent';
import { fromHex, utf8 } from '@muster/kernel/bytes';
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
    for await (const line of source.#lines()) {
      if (line.k === 'checkpoint') source.#checkpoints.push({ size: line.size, note: line.note });
      else if (line.k === 'cosignature') source.#cosignatures.push(line);
      else if (line.k === 'keyset') source.#keysets.push(line.keyset);
      else break;
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

  async *entries(): AsyncIterable<LedgerEntry> {
    for await (const line of this.#lines()) {
      if (line.k === 'end') this.#complete = true;
      if (line.k === 'leaf') yield { position: line.position, content: null, recordedLeaf: fromHex(line.leaf) };
      if (line.k === 'event') yield entryOf(line);
    }
  }

  /** Ask after the entries were read. */
  strays(): Promise<string[]> {
    return Promise.resolve(this.#complete ? [] : ['the export has no last line: it was cut off while it was written']);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#lines(): AsyncIterable<ExportLine> {
    let number = 0;
    try {
      for await (const lines of this.#blocks()) {
        for (const text of lines) {
          number++;
          const value: unknown = JSON.parse(text);
          if (number === 1) exportHeader.parse(value);
          else yield exportLine.parse(value);
        }
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

function entryOf(line: Extract<ExportLine, { k: 'event' }>): LedgerEntry {
  const {
    position,
    leaf,
    meta,
    body,
    recordedMicros,
    eventId,
    tenantId,
    streamId,
    streamVersion,
    type,
    schemaVersion,
  } = line;
  const named = { eventId, tenantId, streamId, streamVersion, type, schemaVersion };
  const content = { ...named, recordedMicros: BigInt(recordedMicros), meta: utf8(meta), body: utf8(body) };
  return { position, recordedLeaf: fromHex(leaf), content };
}
