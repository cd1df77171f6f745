// What strangers get of a server, beside what it says of itself.
import { z } from 'zod';
import { timestamp } from '../values.ts';

/** What a server says of its ports beside what the prober saw from outside, and the services with TLS that it met. */
export const outsideView = z.strictObject({
  at: timestamp,
  /** `refused` says why one was not looked at. */
  addresses: z.array(z.strictObject({ address: z.string(), refused: z.string().nullable() })),
  /** Without those where both say that nobody is there. */
  ports: z.array(
    z.strictObject({
      port: z.int().positive(),
      programs: z.array(z.string()),
      /** null: the server has not said. */
      listens: z.boolean().nullable(),
      /** null: not tried. */
      answered: z.enum(['open', 'closed', 'silent']).nullable(),
      verdict: z.enum(['reachable', 'filtered', 'unexplained', 'not-compared']),
    }),
  ),
  closed: z.int().nonnegative(),
  services: z.array(
    z.strictObject({
      kind: z.enum(['https', 'panel', 'smtp', 'imap', 'pop3']),
      name: z.string(),
      address: z.string(),
      port: z.int().positive(),
      answered: z.enum(['tls', 'plain', 'silent']),
      protocols: z.array(z.string()),
      /** When the certificate ends; null when none was shown. */
      until: timestamp.nullable(),
    }),
  ),
  /** What could not be seen, and why. */
  failed: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});
export type OutsideView = z.infer<typeof outsideView>;
