// Every key that opens an account, and when it was last used. Where no history could be read that is not known, and not
// knowing is no reason to call a key unused.
import { authorizedKeys } from '@muster/posture/probes/authorized-keys';
import { keyUses } from '@muster/posture/probes/key-uses';
import { readingOf, type FoundItem, type KindDefinition } from '../kind.ts';

const DAY = 86_400_000;

export const keys: KindDefinition = {
  kind: 'keys',
  probes: [authorizedKeys.name, keyUses.name],
  read(reports, { policy, now }) {
    const reading = readingOf(authorizedKeys, reports);
    if (reading === null) return null;
    const told = readingOf(keyUses, reports);
    const history = told?.read === true ? told : null;
    const last = new Map((history?.uses ?? []).map((one) => [`${one.account} ${one.fingerprint ?? ''}`, one]));
    const items = new Map<string, FoundItem>();
    for (const key of reading.keys) {
      const item = `${key.account} ${key.fingerprint}`;
      const used = last.get(item);
      const lastUsed = used === undefined ? null : new Date(used.lastAt * 1000).toISOString();
      const quietSince = used?.lastAt ?? history?.since ?? null;
      const unused = quietSince !== null && now.getTime() - quietSince * 1000 > policy.unusedDays * DAY;
      items.set(item, {
        item,
        // The same key stands together, wherever it opens something.
        sort: `${key.fingerprint} ${key.account}`,
        facts: {
          account: key.account,
          fingerprint: key.fingerprint,
          type: key.type,
          bits: key.bits,
          comment: 'comment' in key && typeof key.comment === 'string' ? key.comment : null,
          lastUsed,
          from: used?.from ?? null,
          file: key.file,
          options: key.options.join(', '),
        },
        attention: unused ? `Not used in ${policy.unusedDays} days` : null,
        toExplain: false,
      });
    }
    return { items: [...items.values()], complete: reading.complete };
  },
};
