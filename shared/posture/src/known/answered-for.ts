// What of a server somebody answers for: approved on its page, by whom, until which review, and whether he is still here.
import { timestamp, uuid } from '@muster/contracts';
import { approvedKind } from '@muster/contracts/posture';
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

const approval = z.strictObject({
  kind: approvedKind,
  /** As the inventory names it: `ops SHA256:…`, or the account. */
  item: said(300),
  /** Who listened on a port when it was approved; null for everything else, and where nobody could tell. */
  program: said(64).nullable(),
  owner: uuid,
  approvedAt: timestamp,
  reviewAt: timestamp,
  /** The person who answers for it still holds a grant. */
  ownerHere: z.boolean(),
});
export type Approval = z.output<typeof approval>;

export const answeredFor = {
  name: 'answered-for',
  sentence: 'What of the server somebody answers for: keys, ports, administrators, units, cron, modules',
  reading: z.strictObject({ approvals: z.array(approval).max(4000) }),
} satisfies Source;
