// Reviews in words: why something is asked about, and what was said to it.
import type { ReviewFact, ReviewRow } from '@muster/contracts/reviews';
import { counted } from '../../platform/quantities.ts';
import { field, figure, nameOf, quoted, type SentenceWriter } from '../sentence.ts';

export const FACTS: Readonly<Record<ReviewFact, string>> = {
  'unused-30': 'not used for 30 days',
  'unused-90': 'not used for 90 days',
  'never-used': 'never used',
  'no-second-factor': 'no second factor',
  dangerous: 'dangerous permissions',
  'no-end': 'no end',
  'not-reviewed': 'not reviewed for 90 days',
};

export const reviewTitle = ({ kind, about }: Pick<ReviewRow, 'kind' | 'about'>): string =>
  kind === 'access' ? 'Access review' : `What was done with ${about?.name ?? 'an emergency account'}`;

/** "3 of 12 decided": how far it is. */
export const progress = ({ items, undecided }: Pick<ReviewRow, 'items' | 'undecided'>): string =>
  items === 0 ? 'nothing to decide' : undecided === 0 ? 'all decided' : `${items - undecided} of ${items} decided`;

export const reviewSentences: Record<string, SentenceWriter> = {
  'reviews.ReviewOpened': (entry) => ({
    words: [
      field(entry, 'kind') === 'access'
        ? 'opened an access review'
        : 'opened a review of what was done in an emergency',
      ' as the duty of ',
      { bold: nameOf(entry, 'ownerId', 'nobody yet') },
    ],
    aside: counted(figure(entry, 'items'), 'item'),
  }),
  'reviews.ReviewItemsListed': (entry) => {
    const items = entry.data['items'];
    return { words: [`put ${counted(Array.isArray(items) ? items.length : 0, 'item')} into a review`] };
  },
  'reviews.ReviewAssigned': (entry) => ({
    words: ['made a review the duty of ', { bold: nameOf(entry, 'ownerId', 'somebody') }],
    ...because(quoted(field(entry, 'reason'))),
  }),
  'reviews.ReviewItemDecided': (entry) => ({
    words: [
      field(entry, 'decision') === 'kept' ? 'kept an item of a review' : 'ended what an item of a review was about',
      ...(entry.data['alone'] === true ? [' about themselves: nobody else could'] : []),
    ],
    ...because(quoted(field(entry, 'reason'))),
  }),
  'reviews.ReviewAttested': (entry) => ({
    words: [
      `attested a review: ${figure(entry, 'kept')} kept, ${figure(entry, 'revoked')} ended`,
      ...(entry.data['alone'] === true ? [', some decided alone'] : []),
    ],
    ...because(quoted(field(entry, 'statement'))),
    glyph: { name: 'seal', label: 'Attested' },
  }),
  'reviews.ReviewOverdue': (entry) => ({
    words: ['found a review that nobody attested by its day'],
    aside: `${counted(figure(entry, 'undecided'), 'item')} not decided`,
    glyph: { name: 'warn', label: 'Late' },
  }),
};

const because = (aside: string | undefined): { aside?: string } => (aside === undefined ? {} : { aside });
