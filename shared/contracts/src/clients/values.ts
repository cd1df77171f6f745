// Words that events, commands and pages of the clients domain share.
import { z } from 'zod';
import { canonicalRange, ipRangeText, uuid } from '../values.ts';

export const clientName = z
  .string()
  .trim()
  .min(1, 'A client needs a name')
  .max(120, 'A client’s name ends at 120 characters');

/** What another system (billing, CRM, panel) calls the same thing; the key by which an import finds it again. */
export const externalRef = z
  .string()
  .trim()
  .regex(/^[\w.:/@#+-]{1,100}$/, 'An external reference has 1 to 100 letters, digits and . : / @ # + _ -');

/** A host name as virtual hosts say it; a leading `*.` stands for every name below. */
export const siteName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253, 'A site’s name ends at 253 characters')
  .regex(/^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/, 'A site is named like shop.example');

/** Where a site’s owner was decided. By hand wins over an import, an import over rules. */
export const assignedBy = z.enum(['hand', 'import', 'rule']);
export type AssignedBy = z.infer<typeof assignedBy>;

const path = z
  .string()
  .trim()
  .regex(/^\/[^\0]*$/, 'A path begins with /')
  .max(400, 'A path ends at 400 characters');

/**
 * Owner and path are what the file system says; a name is what a virtual host claims, and on a shared server whoever may
 * write one may claim any.
 */
export const ruleMatch = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('owner'), owner: z.string().trim().min(1, 'Name the account').max(64) }),
  /** The document root is this folder or lies in it. */
  z.strictObject({ by: z.literal('path'), path }),
  /** This name, or with `*.` every name below it. */
  z.strictObject({ by: z.literal('domain'), domain: siteName }),
]);
export type RuleMatch = z.infer<typeof ruleMatch>;

/** The first rule that fits decides. */
export const assignmentRule = z.strictObject({
  match: ruleMatch,
  /** null: on every server. */
  serverId: uuid.nullable(),
  clientId: uuid,
});
export type AssignmentRule = z.infer<typeof assignmentRule>;
export const assignmentRules = z.array(assignmentRule).max(2000, 'At most 2,000 rules');

/** What a client’s own people may lift by themselves. */
export const unblockLimits = z.strictObject({
  perDay: z.int().min(0, 'Give a number').max(100, 'At most 100 a day'),
  /** The address they are signed in from counts as theirs. */
  present: z.boolean(),
  /** Addresses that are theirs wherever they are. */
  ranges: z.array(canonicalRange).max(50, 'At most 50 ranges'),
});
export type UnblockLimits = z.infer<typeof unblockLimits>;
export const askedLimits = unblockLimits.extend({ ranges: z.array(ipRangeText).max(50, 'At most 50 ranges') });

/** Until an operator sets others. */
export const DEFAULT_LIMITS: UnblockLimits = { perDay: 5, present: true, ranges: [] };

export const clientRole = z.enum(['client-admin', 'client-viewer']);
export type ClientRole = z.infer<typeof clientRole>;
