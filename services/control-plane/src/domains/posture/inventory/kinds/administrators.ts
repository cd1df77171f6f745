// Every account that is root, or can become root by a group it is in.
import { accounts } from '@muster/posture/probes/accounts';
import { readingOf, type FoundItem, type KindDefinition } from '../kind.ts';

export const administrators: KindDefinition = {
  kind: 'administrators',
  probes: [accounts.name],
  read(reports) {
    const reading = readingOf(accounts, reports);
    if (reading === null) return null;
    const one = (account: string, group: string, attention: string | null): FoundItem => ({
      item: `${account} by ${group}`,
      sort: `${account} ${group}`,
      facts: { account, group },
      attention,
      toExplain: false,
    });
    const roots = reading.accounts
      .filter(({ uid, name }) => uid === 0 && name !== 'root')
      .map(({ name }) => one(name, 'uid 0', 'It is a second root'));
    const members = reading.rootEquivalent.flatMap(({ group, members: names }) =>
      names.map((name) => one(name, group, null)),
    );
    return { items: [...roots, ...members], complete: true };
  },
};
