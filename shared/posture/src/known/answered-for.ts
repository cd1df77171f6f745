// Keys and administrators of a server that somebody answers for: approved on its page, by whom, and whether he is still here.
import { timestamp } from '@muster/contracts';
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

const approval = z.strictObject({
  kind: z.enum(['keys', 'administrators']),
  /** As the inventory names it: `ops SHA256:…`, or the account. */
  item: said(300),
  approvedAt: timestamp,
  reviewAt: timestamp,
  /** The person who answers for it still holds a grant. */
  ownerHere: z.boolean(),
});

export const answeredFor = {
  name: 'answered-for',
  sentence: 'Which keys and administrators of the server somebody answers for',
  reading: z.strictObject({ approvals: z.array(approval).max(4000) }),
} satisfies Source;
