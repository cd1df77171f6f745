// The journal as the control plane is shown it after a restore: in pages that fit into a frame.
import { MAX_JOURNAL_PAGE_BYTES } from '@muster/contracts/agent';
import type { JournalEntry, TaskEnvelope } from '@muster/contracts/agent';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';

const MOST_ENTRIES = 500;
/** A receipt above this stays here: a page must hold at least one entry. */
const MAX_RECEIPT_BYTES = 200_000;

export type JournalAbout = NonNullable<JournalEntry['about']>;

export function aboutTask({ name, lane, seq, actor, args }: TaskEnvelope): JournalAbout {
  return { name, lane, seq, actor, args: sha256Hex(canonicalText(args)) };
}

export function journalPage(
  all: readonly JournalEntry[],
  from: number,
): { entries: JournalEntry[]; next: number | null } {
  const entries: JournalEntry[] = [];
  let bytes = 0;
  for (const entry of all.slice(from)) {
    const shown = withinBounds(entry);
    bytes += JSON.stringify(shown).length;
    if (entries.length > 0 && (bytes > MAX_JOURNAL_PAGE_BYTES || entries.length >= MOST_ENTRIES)) break;
    entries.push(shown);
  }
  const next = from + entries.length;
  return { entries, next: next < all.length ? next : null };
}

function withinBounds(entry: JournalEntry): JournalEntry {
  return (entry.receipt?.body.length ?? 0) > MAX_RECEIPT_BYTES ? { ...entry, receipt: null } : entry;
}
