// A past moment in a question.
import { Refusal } from '../errors/refusal.ts';

/** What was asked for as a moment; null is now. One in the future is refused: nobody knows it. */
export function momentOf(at: string | undefined, now: Date): Date | null {
  if (at === undefined) return null;
  const moment = new Date(at);
  if (moment <= now) return moment;
  const message = 'is in the future. Ask for a moment that has been';
  throw new Refusal('invalid', 'invalid', `at: ${message}`, { fields: [{ path: 'at', message }] });
}
