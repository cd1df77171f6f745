// The fleet's answer in one sentence, and its servers by group.
import type { FleetSummary } from '@muster/contracts/fleet';
import type { ServerRow } from '@muster/contracts/servers';
import { presenceLooks } from '../../messages/en/states.ts';
import { counted, numberWord } from '../../platform/quantities.ts';
import type { Mark } from '../../ui/tally.ts';
import { silences } from './silence.ts';

/** "38 of 40 servers answer. Six things need you." Nothing is said to need nobody beside a server that is silent. */
export function fleetTitle(
  summary: Pick<FleetSummary, 'attention' | 'servers' | 'roll'>,
  roll: readonly ServerRow[],
): string {
  const expected = roll.filter((server) => server.presence !== 'retired');
  if (expected.length === 0) return 'No server is enrolled yet.';
  const answering = expected.filter((server) => server.presence === 'present').length;
  const never = expected.filter((server) => server.presence === 'never').length;
  const things = summary.attention.length;
  const sentences =
    expected.length === 1
      ? [`Your one server ${answering === 1 ? 'answers' : never === 1 ? 'has not called yet' : 'does not answer'}.`]
      : answering === expected.length
        ? [`All ${counted(expected.length, 'server')} answer.`]
        : [`${answering} of ${counted(expected.length, 'server')} ${answering === 1 ? 'answers' : 'answer'}.`];
  if (never > 0 && expected.length > 1)
    sentences.push(`${numberWord(never)} ${never === 1 ? 'has' : 'have'} not called yet.`);
  if (things > 0) sentences.push(`${numberWord(things)} ${things === 1 ? 'thing needs' : 'things need'} you.`);
  else if (answering === expected.length && silences(summary).length === 0) sentences.push('Nothing needs you.');
  return sentences.join(' ');
}

export interface RollGroup {
  readonly groupId: string | null;
  readonly name: string;
  readonly servers: readonly ServerRow[];
}

/** Each server once, under its first group; those without a group last. */
export function byGroup(roll: readonly ServerRow[]): RollGroup[] {
  const groups = new Map<string, { groupId: string | null; name: string; servers: ServerRow[] }>();
  const alone: ServerRow[] = [];
  for (const server of roll) {
    const first = server.groups[0];
    if (first === undefined) {
      alone.push(server);
      continue;
    }
    const group = groups.get(first.groupId) ?? { groupId: first.groupId, name: first.name, servers: [] };
    group.servers.push(server);
    groups.set(first.groupId, group);
  }
  const named = [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
  if (alone.length > 0)
    named.push({ groupId: null, name: named.length === 0 ? 'Servers' : 'In no group', servers: alone });
  return named;
}

export function rollMarks(roll: readonly ServerRow[]): Mark[] {
  return roll.filter((server) => server.presence !== 'retired').map((server) => presenceLooks[server.presence].mark);
}

/** The servers of a scope: a group, or all. */
export function inGroup(roll: readonly ServerRow[], group: string | null): readonly ServerRow[] {
  if (group === null) return roll;
  return roll.filter((server) => server.groups.some((member) => member.groupId === group));
}
