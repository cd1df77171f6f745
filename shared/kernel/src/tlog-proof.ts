// One entry's proof as a file that stands alone: C2SP tlog-proof, kept with the extension .tlog-proof. Who reads it
// needs the log's origin and public key from elsewhere, and the entry whose leaf hash it proves.
import { fromBase64, toBase64 } from './bytes.ts';

export interface TlogProof {
  index: number;
  /** Inclusion proof from leaf to root. */
  path: Uint8Array[];
  /** The signed note, verbatim, with witnesses' lines if there are any. */
  checkpoint: string;
  /** Not authenticated by anything: what helps a reader, e.g. the leaf's fields. */
  extra?: Uint8Array;
}

const HEADER = 'c2sp.org/tlog-proof@v1';

export function formatTlogProof({ index, path, checkpoint, extra }: TlogProof): string {
  const lines = [HEADER];
  if (extra !== undefined) lines.push(`extra ${toBase64(extra)}`);
  lines.push(`index ${index}`, ...path.map(toBase64), '', checkpoint);
  return lines.join('\n');
}

/** Throws TypeError, saying what is wrong. Verifies nothing. */
export function parseTlogProof(text: string): TlogProof {
  const blank = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(blank, 0)).split('\n');
  if (blank === -1 || lines.shift() !== HEADER) throw new TypeError(`a proof begins with ${HEADER}`);
  const extra =
    lines[0]?.startsWith('extra ') === true ? fromBase64((lines.shift() ?? '').slice('extra '.length)) : undefined;
  const index = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    throw new TypeError('a proof names the index of its entry');
  const path = lines.map((line) => {
    const node = fromBase64(line);
    if (node.length !== 32) throw new TypeError('every hash of a proof has 32 bytes');
    return node;
  });
  return { index: Number(index), path, checkpoint: text.slice(blank + 2), ...(extra === undefined ? {} : { extra }) };
}
