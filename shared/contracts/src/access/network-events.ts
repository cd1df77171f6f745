// From where people and programs may come, as it was decided.
import { z } from 'zod';
import { event } from '../define.ts';
import { canonicalRange, reason } from '../values.ts';
import { roleRef } from './grant-events.ts';

/** Whom a rule is about: people who sign in, or programs with an API token. */
export const networkSide = z.enum(['people', 'api']);
const ruleLabel = z.string().trim().max(60, 'A label ends at 60 characters');

/** `Range` is what was typed, or what is stored. */
export const networkRuleOf = <Range extends z.ZodType<string>>(range: Range) =>
  z.strictObject({
    for: networkSide,
    /** Only who holds this role; null: everybody. All rules that concern somebody must let him through. */
    role: roleRef.nullable(),
    /** allow: from these and nowhere else. deny: from anywhere but these. */
    mode: z.enum(['allow', 'deny']),
    ranges: z
      .array(z.strictObject({ range, label: ruleLabel }))
      .min(1, 'A rule needs at least one address')
      .max(200, 'A rule has at most 200 ranges'),
  });
export const networkRule = networkRuleOf(canonicalRange);
export type NetworkRule = z.infer<typeof networkRule>;

const rulesExample: NetworkRule[] = [
  { for: 'people', role: null, mode: 'allow', ranges: [{ range: '192.0.2.0/24', label: 'Office' }] },
  { for: 'api', role: 'security', mode: 'deny', ranges: [{ range: '203.0.113.7', label: 'Old sensor' }] },
];

export const NetworkRulesSet = event('access.NetworkRulesSet', {
  class: 'action',
  sentence: 'It was said from which networks people and programs may come',
  schema: z.strictObject({ rules: z.array(networkRule).max(60) }),
  example: { rules: rulesExample },
});
export const ApiStopped = event('access.ApiStopped', {
  class: 'action',
  sentence: 'Programs are no longer let in, whatever token they show',
  schema: z.strictObject({ reason }),
  example: { reason: 'A token was published and we do not know which' },
});
export const ApiResumed = event('access.ApiResumed', {
  class: 'action',
  sentence: 'Programs are let in again',
  schema: z.strictObject({ reason }),
  example: { reason: 'The token was found and revoked' },
});
export const NetworksOpenedFromHost = event('access.NetworksOpenedFromHost', {
  class: 'action',
  sentence: 'Every network rule was taken away from the host itself, because nobody came in any more',
  schema: z.strictObject({ reason, rules: z.int().nonnegative() }),
  example: { reason: 'The office got a new address over night', rules: 2 },
});

export const networkEvents = [NetworkRulesSet, ApiStopped, ApiResumed, NetworksOpenedFromHost] as const;
