// Bans: what pages read and what people may ask for.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, ipRangeText, pageSize, reason, target, timestamp, uuid } from '../values.ts';

export * from './events.ts';
export * from './tasks.ts';
export * from './telemetry.ts';

/** Widest range that may be blocked by hand, in bits. */
export const WIDEST_BLOCK = { 4: 16, 6: 32 } as const;
export const LONGEST_BLOCK_SECONDS = 366 * 24 * 3600;

const serverRef = z.strictObject({ serverId: uuid, name: z.string(), simulated: z.boolean() });

/** One line of the fleet's ban log: fail2ban's own bans and people's blocks side by side. */
export const banLogRow = z.strictObject({
  /** Opaque, orders the log. */
  cursor: z.string(),
  id: z.string(),
  at: timestamp,
  what: z.enum(['banned', 'unbanned', 'found', 'blocked', 'unblocked', 'repaired']),
  address: z.string().nullable(),
  /** Jail, or the person who blocked. */
  by: z.strictObject({ kind: z.enum(['jail', 'person', 'system']), name: z.string() }),
  /** null: several servers, see `where`. */
  server: serverRef.nullable(),
  where: z.string().nullable(),
  failures: z.int().nullable(),
  banSeconds: z.int().nullable(),
  until: timestamp.nullable(),
  /** Of a ban or block: when a later line let the address go again; null when none did. */
  endedAt: timestamp.nullable(),
  source: z.string(),
  blockId: uuid.nullable(),
});
export type BanLogRow = z.infer<typeof banLogRow>;

export const SearchBanLog = query('bans.SearchBanLog', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Search the ban log by address, containing range, server, jail and time, newest first',
  input: z.strictObject({
    /** Exact address, or every address inside this range. */
    address: ipRangeText.optional(),
    server: uuid.optional(),
    jail: z.string().max(64).optional(),
    what: z.enum(['banned', 'unbanned', 'found', 'blocked', 'unblocked', 'repaired']).optional(),
    from: timestamp.optional(),
    to: timestamp.optional(),
    before: z.string().max(200).optional(),
    limit: pageSize,
  }),
  output: z.strictObject({ rows: z.array(banLogRow), next: z.string().nullable() }),
});

export const blockView = z.strictObject({
  blockId: uuid,
  range: z.string(),
  target,
  targetName: z.string(),
  until: timestamp.nullable(),
  reason: z.string(),
  blockedBy: z.strictObject({ actor: z.string(), name: z.string().nullable() }),
  blockedAt: timestamp,
  operationId: uuid,
  /** Servers that should hold it, and those that were seen to hold it. */
  servers: z.int().nonnegative(),
  held: z.int().nonnegative(),
});
export type BlockView = z.infer<typeof blockView>;
export const ListBlocks = query('bans.ListBlocks', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List blocks in force',
  input: z.strictObject({ address: ipRangeText.optional(), before: z.string().max(200).optional(), limit: pageSize }),
  output: z.strictObject({ blocks: z.array(blockView), next: z.string().nullable(), total: z.int().nonnegative() }),
});

const blockFields = {
  range: ipRangeText,
  target,
  /** null: permanent, until somebody lifts it. */
  seconds: z
    .int('Give a number of seconds')
    .min(60, 'A block lasts at least 60 seconds')
    .max(LONGEST_BLOCK_SECONDS, 'A block lasts at most 366 days; leave the end out for a permanent one')
    .nullable(),
  reason,
  /** The client that asked for it, or whom it helps; its own record says so. It must have something there. */
  onBehalfOf: uuid.optional(),
};
export const concernedClient = z.strictObject({
  clientId: uuid,
  name: z.string(),
  /** The range touches an address that an operator entered as the client’s own. */
  ownAddress: z.boolean(),
});
export type ConcernedClient = z.infer<typeof concernedClient>;
/** `POST /api/bans/blocks/preview`: the same body as the block itself, the reason may still be missing. */
export const PreviewBlock = query('bans.PreviewBlock', {
  risk: 'low',
  on: ['target', 'target'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Say what a block would reach, before it is made',
  input: z.strictObject({ ...blockFields, reason: z.string().max(500).optional() }),
  output: z.strictObject({
    range: z.string(),
    /** Decimal text: an IPv6 range does not fit a number. */
    addresses: z.string(),
    servers: z.int().nonnegative(),
    silent: z.int().nonnegative(),
    /** Servers that only observe and will not take it. */
    observing: z.int().nonnegative(),
    /** In words, when the block would be refused. */
    refusal: z.string().nullable(),
    alreadyBlocked: z.array(z.strictObject({ blockId: uuid, range: z.string(), until: timestamp.nullable() })),
    /** Lines of the ban log that name it in the last 24 hours. */
    seen24h: z.int().nonnegative(),
    /** On whose behalf it may be made: whoever has a site or a server there, the first 500. */
    clients: z.array(concernedClient),
  }),
});
export const BlockAddress = command('bans.BlockAddress', {
  risk: 'high',
  on: ['target', 'target'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Block an address or range on a server, a group or the fleet',
  input: z.strictObject(blockFields),
  output: accepted.extend({ blockId: uuid, operationId: uuid, servers: z.int().nonnegative() }),
});
export const LiftBlock = command('bans.LiftBlock', {
  risk: 'high',
  on: ['block', 'blockId'],
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Lift a block',
  input: z.strictObject({
    blockId: uuid,
    reason,
    /** The client that asked for it. One that the block was made for reads of its end anyway. */
    onBehalfOf: uuid.optional(),
  }),
  output: accepted.extend({ operationId: uuid, servers: z.int().nonnegative() }),
});

export const protectionView = z.strictObject({
  entryId: uuid,
  range: z.string(),
  label: z.string(),
  origin: z.enum(['system', 'person']),
  kind: z.enum(['own-server', 'control-plane', 'live-operator', 'person']),
  owner: z.strictObject({ actor: uuid, name: z.string().nullable() }).nullable(),
  reason: z.string().nullable(),
  until: timestamp.nullable(),
  servers: z.int().nonnegative(),
  synced: z.int().nonnegative(),
});
export type ProtectionView = z.infer<typeof protectionView>;
export const ListProtections = query('bans.ListProtections', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List what is never blocked',
  input: z.strictObject({}),
  output: z.strictObject({ entries: z.array(protectionView) }),
});
export const ProtectAddress = command('bans.ProtectAddress', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'Put an address or range on the never-blocked list, with an owner and an end',
  input: z.strictObject({
    range: ipRangeText,
    label: z.string().trim().min(1, 'Say what it is').max(120, 'A label ends at 120 characters'),
    reason,
    until: timestamp,
    /** The client that asked for it, or whom it helps; its own record says so. It must have something on the fleet. */
    onBehalfOf: uuid.optional(),
  }),
  output: accepted.extend({
    entryId: uuid,
    operationId: uuid,
    /** Blocks in force that lose their effect on what is protected now. */
    frees: z.array(z.strictObject({ blockId: uuid, range: z.string() })),
  }),
});
export const EndProtection = command('bans.EndProtection', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator', 'security'],
  sentence: 'End an entry of the never-blocked list',
  input: z.strictObject({
    entryId: uuid,
    /** The client that asked for it. One that the entry was made for reads of its end anyway. */
    onBehalfOf: uuid.optional(),
  }),
  output: accepted.extend({ operationId: uuid }),
});

/** Where and why is this address banned? */
export const ExplainAddress = query('bans.ExplainAddress', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Say where and why an address is banned, and what has been seen of it',
  input: z.strictObject({ address: ipRangeText }),
  output: z.strictObject({
    address: z.string(),
    blocks: z.array(blockView),
    /** Jails that hold it now. */
    jails: z.array(z.strictObject({ server: serverRef, jail: z.string(), since: timestamp.nullable() })),
    protections: z.array(protectionView),
    /** In the last 24 hours. */
    lines24h: z.int().nonnegative(),
    servers24h: z.int().nonnegative(),
    neighbours24h: z.int().nonnegative(),
    neighbourRange: z.string().nullable(),
    recent: z.array(banLogRow),
  }),
});
export const ListJails = query('bans.ListJails', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List fail2ban’s jails across servers',
  input: z.strictObject({ server: uuid.optional() }),
  output: z.strictObject({
    jails: z.array(
      z.strictObject({
        server: serverRef,
        jail: z.string(),
        banned: z.int().nonnegative(),
        bannedTotal: z.int().nonnegative(),
        failedTotal: z.int().nonnegative(),
        maxRetry: z.int().nullable(),
        findSeconds: z.int().nullable(),
        banSeconds: z.int().nullable(),
        at: timestamp,
      }),
    ),
    /** Servers without jails to show, and why. */
    without: z.array(z.strictObject({ server: serverRef, why: z.string() })),
  }),
});
export const BanRate = query('bans.BanRate', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Bans per minute over the last hour',
  input: z.strictObject({ minutes: z.coerce.number().int().min(5).max(1440).default(60) }),
  output: z.strictObject({
    /** Oldest first; a minute that nobody reported is 0. */
    minutes: z.array(z.strictObject({ at: timestamp, bans: z.int().nonnegative() })),
    usual: z.number().nonnegative().nullable(),
  }),
});
export const Convergence = query('bans.Convergence', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Desired against held block list, per server',
  input: z.strictObject({}),
  output: z.strictObject({
    servers: z.array(
      z.strictObject({
        server: serverRef,
        desired: z.int().nonnegative(),
        held: z.int().nonnegative().nullable(),
        state: z.enum(['held', 'behind', 'drifted', 'observed', 'unknown']),
        checkedAt: timestamp.nullable(),
      }),
    ),
    p50Ms: z.number().nonnegative().nullable(),
    p95Ms: z.number().nonnegative().nullable(),
  }),
});

export const banCommands = [BlockAddress, LiftBlock, ProtectAddress, EndProtection] as const;
export const banQueries = [
  SearchBanLog,
  ListBlocks,
  PreviewBlock,
  ListProtections,
  ExplainAddress,
  ListJails,
  BanRate,
  Convergence,
] as const;
