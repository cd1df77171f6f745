// A receipt's evidence in words: before | after, and what the host measured.
import type { z } from 'zod';
import type { GetTask } from '@muster/contracts/operations';
import { hashGroups } from '../../platform/quantities.ts';

type Receipt = NonNullable<z.output<typeof GetTask.output>['receipt']>;

const LABELS: Readonly<Record<string, string>> = {
  revision: 'Revision of the block list',
  hash: 'Hash of what nft holds',
  blocks: 'Blocks held',
  protected: 'Never-blocked ranges held',
  verified: 'Seen in nft',
  nft: 'nft',
  fail2ban: 'fail2ban',
  table: 'Ban table',
  fail2banAction: 'fail2ban’s action',
  guard: 'Guard',
  notes: 'Notes',
};

export interface Evidence {
  readonly label: string;
  readonly value: string;
}

function inWords(value: unknown): string {
  if (value === null) return 'not there';
  if (typeof value === 'boolean') return value ? 'there' : 'not there';
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(inWords).join(', ');
  if (typeof value === 'string') return /^[0-9a-f]{64}$/.test(value) ? hashGroups(value, 4) : value;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

export function evidenceOf(receipt: Pick<Receipt, 'evidence'>): Evidence[] {
  return Object.entries(receipt.evidence).map(([name, value]) => ({
    label: LABELS[name] ?? name,
    value: inWords(value),
  }));
}

/** "The ban table changed", "Nothing changed": what the two hashes say. */
export function changeWords(receipt: Pick<Receipt, 'before' | 'after' | 'outcome'>): string {
  if (receipt.before === null && receipt.after === null) return 'The host measured no before and after for this.';
  if (receipt.before === receipt.after) return 'The server is as it was before.';
  if (receipt.before === null) return 'There was nothing before; now it holds this.';
  if (receipt.after === null) return 'What was there is gone.';
  return 'The server holds something else than before, verified on the host.';
}
