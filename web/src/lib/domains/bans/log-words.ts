// Lines of the ban log in words.
import type { BanLogRow } from '@muster/contracts/bans';
import { duration } from '../../platform/time-words.ts';

export function whatWords(row: Pick<BanLogRow, 'what' | 'failures'>): string {
  if (row.what === 'found') return row.failures !== null && row.failures > 1 ? `found ×${row.failures}` : 'found';
  return row.what;
}

export function byWords(row: Pick<BanLogRow, 'by'>): string {
  return row.by.kind === 'system' ? 'Muster' : row.by.name;
}

/** What is left of a ban: "9 min 57 s", "until unblocked", "time was up", "let go". */
export function leftWords(row: Pick<BanLogRow, 'what' | 'at' | 'until' | 'banSeconds' | 'endedAt'>, now: Date): string {
  if (row.what !== 'banned' && row.what !== 'blocked') return '';
  const known = row.banSeconds !== null && row.banSeconds > 0 ? Date.parse(row.at) + row.banSeconds * 1000 : null;
  const ends = row.until === null ? known : Date.parse(row.until);
  const early = row.endedAt !== null && (ends === null || Date.parse(row.endedAt) < ends - 1000);
  if (early) return 'let go';
  if (ends === null) return row.banSeconds === -1 || row.what === 'blocked' ? 'until unblocked' : '';
  const left = ends - now.getTime();
  return left <= 0 ? 'time was up' : duration(Math.max(1000, left));
}

/** "16 addresses", "one address", for a range as typed into a form. */
export function addressesWords(addresses: string): string {
  if (addresses === '1') return '1 address';
  return addresses.length > 15
    ? `about 10^${addresses.length - 1} addresses`
    : `${Number(addresses).toLocaleString('en-GB')} addresses`;
}
