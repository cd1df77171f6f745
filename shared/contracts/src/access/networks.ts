// Networks: from where people and programs may come, and the switch that keeps every program out.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted, ipRangeText, reason, timestamp } from '../values.ts';
import { networkRule, networkRuleOf } from './network-events.ts';

export * from './network-events.ts';

const who = z.strictObject({ id: z.string(), name: z.string().nullable() });
/** What everybody who works here should know of. */
const doors = {
  /** Since when no program is let in. */
  apiStopped: z.strictObject({ at: timestamp, by: who, reason: z.string() }).nullable(),
  /** The rules were taken away from the host; said until somebody sets them again. */
  openedFromHost: z.strictObject({ at: timestamp, reason: z.string() }).nullable(),
};

export const GetDoors = query('access.GetDoors', {
  risk: 'low',
  on: 'visible',
  roles: ['operator', 'security', 'backup', 'contractor'],
  sentence: 'Read whether programs are let in, and whether the host had to open the networks',
  input: z.strictObject({}),
  output: z.strictObject(doors),
});
export const GetNetworks = query('access.GetNetworks', {
  risk: 'medium',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Read from which networks people and programs may come',
  input: z.strictObject({}),
  output: z.strictObject({
    ...doors,
    rules: z.array(networkRule),
    /** As Muster sees whoever asks. */
    yourAddress: z.string(),
    /** Roles that a rule can be for. */
    roles: z.array(z.strictObject({ role: z.string(), title: z.string() })),
  }),
});
export type NetworksView = z.output<typeof GetNetworks.output>;

export const SetNetworkRules = command('access.SetNetworkRules', {
  risk: 'critical',
  on: 'fleet',
  roles: [],
  sentence: 'Say from which networks people and programs may come',
  input: z.strictObject({
    rules: z.array(networkRuleOf(ipRangeText)).max(60, 'There are at most 60 rules'),
  }),
  output: accepted,
});
export const StopApi = command('access.StopApi', {
  risk: 'high',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Let no program in, whatever token it shows; people go on',
  input: z.strictObject({ reason }),
  output: accepted,
});
export const ResumeApi = command('access.ResumeApi', {
  risk: 'critical',
  on: 'fleet',
  roles: ['security'],
  sentence: 'Let programs in again',
  input: z.strictObject({ reason }),
  output: accepted,
});

export const networkCommands = [SetNetworkRules, StopApi, ResumeApi] as const;
export const networkQueries = [GetDoors, GetNetworks] as const;
