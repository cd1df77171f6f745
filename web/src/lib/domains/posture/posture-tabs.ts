// The pages of the posture and its saved views, each with an address of its own.
import { INVENTORY_KINDS, INVENTORY_WORDS, type InventoryKind } from '@muster/contracts/posture';

interface PostureTab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
}

/** Numbers stand behind the words of those that have one. */
export function postureTabs(numbers: { readonly findings?: string; readonly waivers?: string }): readonly PostureTab[] {
  const numbered = (word: string, number = ''): string => (number === '' ? word : `${word} ${number}`);
  return [
    { id: 'map', label: 'Map', href: '/posture' },
    { id: 'findings', label: numbered('Findings', numbers.findings), href: '/posture?tab=findings' },
    { id: 'intake', label: 'Intake', href: '/posture/intake' },
    { id: 'waivers', label: numbered('Accepted', numbers.waivers), href: '/posture?tab=waivers' },
    { id: 'duties', label: 'Duties', href: '/posture/duties' },
    { id: 'views', label: 'Views', href: '/posture/views' },
    { id: 'catalogue', label: 'Catalogue', href: '/posture?tab=catalogue' },
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

export const savedViews: readonly SavedView[] = [
  { id: 'review', ...REVIEW, href: '/posture/views/review' },
  ...INVENTORY_KINDS.map((kind) => ({
    id: kind,
    title: INVENTORY_WORDS[kind].title,
    sentence: INVENTORY_WORDS[kind].sentence,
    href: `/posture/views/${kind}${WHOLE.includes(kind) ? '?show=all' : ''}`,
  })),
];
