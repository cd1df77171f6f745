// The pages of the posture and its saved views, each with an address of its own.
import { INVENTORY_KINDS, INVENTORY_WORDS, type InventoryKind } from '@muster/contracts/posture';
import { inScope } from '../../platform/scope.svelte.ts';

interface PostureTab {
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
    { id: 'intake', label: 'Intake', href: inScope('/posture/intake', group) },
    { id: 'waivers', label: numbered('Accepted', numbers.waivers), href: inScope('/posture?tab=waivers', group) },
    { id: 'duties', label: 'Duties', href: inScope('/posture/duties', group) },
    { id: 'views', label: 'Views', href: inScope('/posture/views', group) },
    { id: 'catalogue', label: 'Catalogue', href: inScope('/posture?tab=catalogue', group) },
  ];
}

export interface SavedView {
  readonly id: string;
  readonly title: string;
  readonly sentence: string;
  readonly href: string;
}

export const REVIEW = {
  title: 'Comprehensive security review',
  sentence: 'Everything that is open or accepted, area by area, with the evidence.',
} as const;

/** Views that are read whole; the others begin with what stands out. */
const WHOLE: readonly InventoryKind[] = ['certificates', 'wordpress'];

export function savedViews(group: string | null): readonly SavedView[] {
  return [
    { id: 'review', ...REVIEW, href: inScope('/posture/views/review', group) },
    ...INVENTORY_KINDS.map((kind) => ({
      id: kind,
      title: INVENTORY_WORDS[kind].title,
      sentence: INVENTORY_WORDS[kind].sentence,
      href: inScope(`/posture/views/${kind}${WHOLE.includes(kind) ? '?show=all' : ''}`, group),
    })),
  ];
}
