// Where a grant counts. Written out as an object in events and requests, and as one word where it is compared.
import { z } from 'zod';
import { tag, uuid } from '../values.ts';

export const grantScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fleet') }),
  z.strictObject({ kind: z.literal('group'), groupId: uuid }),
  z.strictObject({ kind: z.literal('tag'), tag }),
  z.strictObject({ kind: z.literal('client'), clientId: uuid }),
  z.strictObject({ kind: z.literal('server'), serverId: uuid }),
]);
export type GrantScope = z.infer<typeof grantScope>;

/** `fleet`, `group:<id>`, `tag:<word>`, `client:<id>` or `server:<id>`: what PostgreSQL is told of who asks. */
export function scopeKey(scope: GrantScope): string {
  switch (scope.kind) {
    case 'fleet':
      return 'fleet';
    case 'group':
      return `group:${scope.groupId}`;
    case 'tag':
      return `tag:${scope.tag}`;
    case 'client':
      return `client:${scope.clientId}`;
    case 'server':
      return `server:${scope.serverId}`;
  }
}
