// The catalogue of checks as pages show it, and which policy judges.
import { z } from 'zod';
import { query } from '../define.ts';
import { sha256, timestamp } from '../values.ts';
import { area, checkId, scoreFormula, severity } from './values.ts';

export const checkSummary = z.strictObject({ checkId, title: z.string(), area, severity });

export const checkView = checkSummary.extend({
  measured: z.string(),
  expected: z.string(),
  why: z.string(),
  /** Evidence fields with the words for their columns. */
  evidence: z.record(z.string(), z.string()),
  fix: z.string(),
  undo: z.string(),
  risk: z.enum(['none', 'low', 'service', 'lockout']),
  maps: z.array(z.string()),
  /** Probes it reads. */
  probes: z.array(z.string()),
});
export type CheckView = z.infer<typeof checkView>;

export const ListChecks = query('posture.ListChecks', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'List every check with how it is measured, why it matters and what mends it, and how the score is made',
  input: z.strictObject({}),
  output: z.strictObject({
    policy: z.int().positive(),
    checks: z.array(checkView),
    score: scoreFormula,
  }),
});

export const GetPolicy = query('posture.GetPolicy', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'contractor'],
  sentence: 'Read which version of dates, limits and ports judges, and how many servers have been judged by it',
  input: z.strictObject({}),
  output: z.strictObject({
    version: z.int().positive(),
    source: z.enum(['built-in', 'pack']),
    /** Of the pack's signed bytes; null for what is built in. */
    sha256: sha256.nullable(),
    validFrom: timestamp.nullable(),
    importedAt: timestamp.nullable(),
    /** Version of the checks, which come with the software. */
    catalogue: z.int().positive(),
    /** Judged servers, and those of them that were judged by this policy and these checks. */
    servers: z.int().nonnegative(),
    judged: z.int().nonnegative(),
    /** A pack that was taken in and judges from a day to come. */
    next: z.strictObject({ version: z.int().positive(), validFrom: timestamp }).nullable(),
  }),
});
