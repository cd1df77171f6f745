// The views of the posture, each with an address of its own.
import { INVENTORY_KINDS, INVENTORY_WORDS } from '@muster/contracts/posture';
import { inScope } from '../../platform/scope.svelte.ts';

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
