// Tasks of the capability `bans`. A server's blocks have one revision that only grows; a delta names the one it starts from.
import { z } from 'zod';
import { task } from '../define.ts';
import { canonicalRange, hostText, sha256, uuid } from '../values.ts';

export const desiredBlock = z.strictObject({
  id: uuid,
  range: canonicalRange,
  /** Seconds that were left when the task was signed; null is permanent. Relative, so a wrong clock does not matter. */
  seconds: z.int().positive().nullable(),
});
export type DesiredBlock = z.infer<typeof desiredBlock>;
export const desiredProtection = z.strictObject({ id: uuid, range: canonicalRange });
export type DesiredProtection = z.infer<typeof desiredProtection>;

/** Fields measured on the host after the change. */
export const bansEvidence = z.strictObject({
  revision: z.int().nonnegative(),
  /** Canonical hash over what nft holds now. */
  hash: sha256,
  blocks: z.int().nonnegative(),
  protected: z.int().nonnegative(),
  /** Ranges of this task that nft was seen to hold, or no longer to hold. */
  verified: z.array(canonicalRange).max(5000),
  nft: z.string().max(40),
  fail2ban: z.string().max(200).nullable(),
});

const changes = {
  add: z.array(desiredBlock).max(5000),
  remove: z.array(uuid).max(5000),
  protect: z.array(desiredProtection).max(2000),
  unprotect: z.array(uuid).max(2000),
};

export const ApplyBans = task('bans.apply@1', {
  capability: 'bans',
  lane: 'guard',
  sentence: 'Add and remove blocks and never-blocked ranges, starting from a known revision',
  args: z.strictObject({ from: z.int().nonnegative(), to: z.int().positive(), ...changes }),
  evidence: bansEvidence,
  maxPerMinute: 20_000,
});
export const SnapshotBans = task('bans.snapshot@1', {
  capability: 'bans',
  lane: 'guard',
  sentence: 'Replace the server’s whole block list and never-blocked list',
  args: z.strictObject({
    revision: z.int().nonnegative(),
    blocks: z.array(desiredBlock).max(10_000),
    protections: z.array(desiredProtection).max(5000),
  }),
  evidence: bansEvidence,
  maxPerMinute: 20_000,
});
/** Sent when the capability becomes managed or is taken back to observe. */
export const ManageBans = task('bans.manage@1', {
  capability: 'bans',
  lane: 'guard',
  barrier: true,
  sentence: 'Install or remove the ban table, its guard and the fail2ban action',
  args: z.strictObject({ managed: z.boolean() }),
  evidence: z.strictObject({
    table: z.boolean(),
    fail2banAction: z.boolean(),
    guard: z.boolean(),
    notes: z.array(z.string().max(200)).max(20),
  }),
  maxPerMinute: 2000,
});

/** Once, and of these jails only: it neither touches blocks nor protects the address from the next ban. */
export const UnbanAddress = task('bans.unban@1', {
  capability: 'bans',
  lane: 'guard',
  sentence: 'Let an address go that fail2ban’s jails hold',
  args: z.strictObject({
    address: canonicalRange,
    jails: z
      .array(z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'is not the name of a jail'))
      .min(1)
      .max(200),
  }),
  evidence: z.strictObject({
    /** Jails that held it before, and those of them that hold it still. */
    held: z.array(hostText(64)).max(200),
    still: z.array(hostText(64)).max(200),
  }),
  maxPerMinute: 600,
});

export const banTasks = [ApplyBans, SnapshotBans, ManageBans, UnbanAddress] as const;
