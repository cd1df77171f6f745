// The stream of a person: everything that was done to or with the account.
import type { Recording } from '../../platform/cqrs/recorder.ts';
import type { RequestContext } from '../../platform/cqrs/principal.ts';
import { Refusal } from '../../platform/errors/refusal.ts';
import type { NewEvent } from '../../platform/event-store/index.ts';

export const onPerson = (personId: string, ...events: readonly NewEvent[]): Recording => ({
  streamId: `person-${personId}`,
  streamType: 'person',
  expectedVersion: 'any',
  events,
});

/** The signed-in person who asks; throws Refusal for anything else that may call the API. */
export function asPerson({ principal }: RequestContext): { personId: string; sessionId: string } {
  if (principal.kind !== 'person' || principal.sessionId === undefined) {
    throw new Refusal('forbidden', 'needs-person', 'Only a person who is signed in has an account to look after');
  }
  return { personId: principal.actor, sessionId: principal.sessionId };
}
