// Modules of the kernel, of each PHP and of nginx: what is loaded beside what somebody approved stands out.
import { modules as probed } from '@muster/posture/probes/modules';
import { readingOf, type FoundItem, type KindDefinition } from '../kind.ts';

export const modules: KindDefinition = {
  kind: 'modules',
  probes: [probed.name],
  read(reports) {
    const reading = readingOf(probed, reports);
    if (reading === null) return null;
    const one = (of: string, name: string): FoundItem => ({
      item: `${of} ${name}`,
      sort: `${of} ${name}`,
      facts: { of, name },
      attention: null,
      toExplain: false,
    });
    const { kernel, php, nginx } = reading;
    return {
      items: [
        ...(kernel ?? []).map((name) => one('kernel', name)),
        ...php.map(({ version, name }) => one(`php ${version}`.trim(), name)),
        ...(nginx ?? []).map((path) => one('nginx', path)),
      ],
      complete: kernel !== null && nginx !== null,
    };
  },
};
