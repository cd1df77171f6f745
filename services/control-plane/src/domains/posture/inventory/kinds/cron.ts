// Every cron file with what it holds: whoever approves one approves this content, and another is new.
import { baseline, cronItem } from '@muster/posture/probes/baseline';
import { readingOf, type KindDefinition } from '../kind.ts';

export const cron: KindDefinition = {
  kind: 'cron',
  probes: [baseline.name],
  read(reports) {
    const files = readingOf(baseline, reports)?.cronFiles ?? null;
    if (files === null) return null;
    return {
      complete: true,
      items: files.map(({ path, sha256 }) => ({
        item: cronItem(path, sha256),
        sort: path,
        facts: { path, sha256 },
        attention: null,
        toExplain: false,
      })),
    };
  },
};
