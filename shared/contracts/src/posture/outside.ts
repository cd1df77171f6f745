// What strangers get of a server, beside what it says of itself.
import { z } from 'zod';
import { timestamp } from '../values.ts';

/** The public half of a key, by which it is told from others; `sha256` null: revoked, or no key that can be read. */
const key = z.strictObject({ type: z.string(), bits: z.int().nonnegative(), sha256: z.string().nullable() });

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
  /** Keys that the server says it signs mail with, beside those that the DNS publishes. */
  signatures: z.array(
    z.strictObject({
      /** `*`: whatever domain has no key of its own. */
      domain: z.string(),
      selector: z.string(),
      /** null: the server could not read it. */
      signs: key.nullable(),
      /** null: not asked, or nobody answered. */
      published: z.array(key).nullable(),
      verdict: z.enum(['same', 'other', 'missing', 'revoked', 'elsewhere', 'not-compared']),
    }),
  ),
  /** What could not be seen, and why. */
  failed: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});
export type OutsideView = z.infer<typeof outsideView>;
