// Writes an export of any source, line by line.
import type { SignedKeyset } from '@muster/contracts/agent';
import { toHex } from '@muster/kernel/bytes';
import { parseSignedNote } from '@muster/kernel/checkpoint';
import type { LedgerEntry, StoredCheckpoint } from './entry.ts';
import type { ExportHeader, ExportLine } from '@muster/contracts/ledger';
import { UnreadableSource, type LedgerSource } from './source.ts';

export interface ExportRange {
  from: number;
  /** Not included; everything that is signed when absent. */
  to?: number;
}

/** Enough to narrow a rewritten stretch down without making the export much larger. */
const CHECKPOINTS = 1_000;

/** Exports end at the newest signed checkpoint: what is not signed yet proves nothing. */
export async function* exportLines(
  source: LedgerSource,
  keysets: SignedKeyset[],
  range: ExportRange,
): AsyncIterable<string> {
  const checkpoints = await source.checkpoints();
  const newest = checkpoints.at(-1);
  if (newest === undefined) throw new UnreadableSource('No checkpoint was signed yet: there is nothing to export.');
  const to = Math.min(range.to ?? newest.size, newest.size);
  const header: ExportHeader = {
    muster: 'ledger-export/v1',
    origin: parseSignedNote(newest.note).checkpoint.origin,
    from: range.from,
    to,
  };
  yield `${JSON.stringify(header)}\n`;
  let lines = 1;
  const line = (value: ExportLine): string => {
    lines++;
    return `${JSON.stringify(value)}\n`;
  };
  for (const keyset of [...keysets, ...(await source.keysets())]) yield line({ k: 'keyset', keyset });
  for (const { size, note } of thinned(checkpoints)) yield line({ k: 'checkpoint', size, note });
  for (const cosignature of await source.cosignatures()) yield line({ k: 'cosignature', ...cosignature });
  for await (const entries of source.entries()) {
    for (const entry of entries) {
      if (entry.position >= newest.size) continue;
      yield line(lineOf(entry, entry.position >= range.from && entry.position < to));
    }
    if ((entries.at(-1)?.position ?? 0) >= newest.size) break;
  }
  yield line({ k: 'end', lines });
}

/** Outside of the range only the leaf is given away. */
function lineOf({ position, content, recordedLeaf }: LedgerEntry, inRange: boolean): ExportLine {
  const leaf = toHex(recordedLeaf);
  if (content === null || !inRange) return { k: 'leaf', position, leaf };
  const { recordedMicros, meta, body, ...rest } = content;
  const text = { meta: textOf(meta), body: textOf(body) };
  return { k: 'event', position, ...rest, recordedMicros: String(recordedMicros), leaf, ...text };
}

function textOf(content: Uint8Array | string): string {
  return typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
}

function thinned(checkpoints: readonly StoredCheckpoint[]): StoredCheckpoint[] {
  const step = Math.max(1, Math.ceil(checkpoints.length / CHECKPOINTS));
  return checkpoints.filter((_, index) => index % step === 0 || index === checkpoints.length - 1);
}
