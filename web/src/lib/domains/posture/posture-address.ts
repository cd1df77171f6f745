// Addresses of the posture pages: which view, of which group, as of which day.
import { INVENTORY_KINDS, INVENTORY_WORDS } from '@muster/contracts/posture';
import { inScope } from '../../platform/scope.svelte.ts';

/** The end of a day in UTC; null for now: no day, today, or one that has not been. */
export function asOfMoment(day: string | null, now: number): string | null {
  if (day === null || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const end = Date.parse(`${day}T23:59:59.999Z`);
  return Number.isNaN(end) || end >= now ? null : new Date(end).toISOString();
}

/** The same page as of another day; null: now. */
export function withDay({ href }: { readonly href: string }, day: string | null): string {
  const to = new URL(href);
  if (day === null) to.searchParams.delete('day');
  else to.searchParams.set('day', day);
  return `${to.pathname}${to.search}`;
}

export interface PostureTab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
}

/** Numbers stand behind the words of those that have one. */
export function postureTabs(
  group: string | null,
  numbers: { readonly findings?: string; readonly waivers?: string },
): readonly PostureTab[] {
  const numbered = (word: string, number = ''): string => (number === '' ? word : `${word} ${number}`);
  return [
    { id: 'map', label: 'Map', href: inScope('/posture', group) },
    { id: 'findings', label: numbered('Findings', numbers.findings), href: inScope('/posture?tab=findings', group) },
    { id: 'waivers', label: numbered('Accepted', numbers.waivers), href: inScope('/posture?tab=waivers', group) },
    ...INVENTORY_KINDS.map((kind) => ({
      id: kind,
      label: INVENTORY_WORDS[kind].title,
      href: inScope(`/posture/views/${kind}`, group),
    })),
    { id: 'catalogue', label: 'Catalogue', href: inScope('/posture?tab=catalogue', group) },
  ];
}
