// What the page of reviews answers first: is anything due.
import type { ReviewRow } from '@muster/contracts/reviews';
import { counted, numberWord } from '../../platform/quantities.ts';

export function reviewsTitle(reviews: readonly Pick<ReviewRow, 'state'>[]): string {
  const late = reviews.filter(({ state }) => state === 'overdue').length;
  const open = reviews.filter(({ state }) => state === 'open').length;
  if (late > 0) return `${numberWord(late)} ${late === 1 ? 'review is' : 'reviews are'} late`;
  if (open > 0) return `${numberWord(open)} ${open === 1 ? 'review waits' : 'reviews wait'}`;
  return 'No review is due';
}

export function reviewHeading({ state, items, undecided }: Pick<ReviewRow, 'state' | 'items' | 'undecided'>): string {
  if (state === 'attested') return items === 0 ? 'Attested' : `Attested: ${counted(items, 'item')} decided`;
  const late = state === 'overdue' ? 'Late: ' : '';
  if (undecided > 0) return `${late}${counted(undecided, 'item')} to decide`;
  return `${late}${late === '' ? 'Everything' : 'everything'} is decided; attest it`;
}
