// What a server reports about bans. Telemetry, not audit: it goes to partitioned tables, each batch leaves a digest event.
import { z } from 'zod';
import { canonicalRange, hostText, sha256, timestamp } from '../values.ts';

/** One line of the ban log as fail2ban said it. */
export const banLogLine = z.strictObject({
  /** Made on the host from jail, address, what and time: the same line twice is stored once. */
  id: z.uuid(),
  at: timestamp,
  what: z.enum(['banned', 'unbanned', 'found']),
  address: canonicalRange,
  jail: hostText(64),
  failures: z.int().nonnegative().nullable(),
  /** Seconds; -1 is permanent; null when not said. */
  banSeconds: z.int().min(-1).nullable(),
  banCount: z.int().nonnegative().nullable(),
  /** Which of the three sources told it. */
  source: z.enum(['action', 'log', 'history']),
});
export type BanLogLine = z.infer<typeof banLogLine>;

export const jailFacts = z.strictObject({
  at: timestamp,
  /** null: fail2ban is not installed or may not be read; `why` says which. */
  version: hostText(40).nullable(),
  running: z.boolean().nullable(),
  why: hostText(200).nullable(),
  jails: z
    .array(
      z.strictObject({
        jail: hostText(64),
        banned: z.array(canonicalRange).max(5000),
        bannedTotal: z.int().nonnegative(),
        failedTotal: z.int().nonnegative(),
        maxRetry: z.int().nullable(),
        findSeconds: z.int().nullable(),
        banSeconds: z.int().nullable(),
        ignored: z.array(hostText(64)).max(1000),
        /** Files it reads; none when it reads the journal. Absent from agents of the first release. */
        logs: z.array(hostText(400)).max(100).optional(),
      }),
    )
    .max(200),
});
export type JailFacts = z.infer<typeof jailFacts>;

/** What nft really holds in `inet muster`, read back from the kernel. */
export const heldState = z.strictObject({
  at: timestamp,
  /** Revision of the desired state that was last applied; 0 before the first. */
  revision: z.int().nonnegative(),
  /** SHA-256 of the canonical block list read from nft: see blockListHash in the kernel. null: table absent or unreadable. */
  hash: sha256.nullable(),
  blocks: z.int().nonnegative(),
  protected: z.int().nonnegative(),
  /** fail2ban knows the never-blocked list as well. */
  fail2banSynced: z.boolean().nullable(),
  problem: hostText(200).nullable(),
});
export type HeldState = z.infer<typeof heldState>;

export const tableRepair = z.strictObject({
  at: timestamp,
  cause: z.enum(['table-gone', 'contents-differ', 'boot']),
  by: z.enum(['guard', 'privd', 'unit']),
  /** From the moment the loss was seen to the table being back. */
  tookMs: z.number().nonnegative(),
  hash: sha256.nullable(),
});
export type TableRepair = z.infer<typeof tableRepair>;
