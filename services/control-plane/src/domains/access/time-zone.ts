// Time zones as people's browsers name them.
import { Refusal } from '../../platform/errors/refusal.ts';

/** The canonical name; throws Refusal for one that this machine does not know. */
export function knownTimeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new Refusal('invalid', 'invalid', `${name} is not a time zone like Europe/Berlin`, {
      fields: [{ path: 'timeZone', message: 'is not a time zone like Europe/Berlin' }],
    });
  }
}
