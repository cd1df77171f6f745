// Every port that listens on a public address: somebody has to say why. UDP ports that programs take for their own questions
// come and go, and are nobody's service.
import { isPublic, listeners, portItem } from '@muster/posture/probes/listeners';
import { readingOf, type KindDefinition } from '../kind.ts';

const FIRST_EPHEMERAL = 32_768;

export const ports: KindDefinition = {
  kind: 'ports',
  probes: [listeners.name],
  read(reports, { policy }) {
    const reading = readingOf(listeners, reports);
    if (reading?.read !== true) return null;
    const open = reading.listeners.filter(
      (one) => isPublic(one) && !(one.protocol === 'udp' && one.port >= FIRST_EPHEMERAL),
    );
    const distinct = new Map(open.map((one) => [portItem(one), one]));
    return {
      complete: true,
      items: [...distinct].map(([item, one]) => {
        const service = policy.dataPorts[one.port];
        return {
          item,
          // What nobody should ever reach stands before the rest of the fleet's ports.
          sort: `${service === undefined ? 1 : 0} ${String(one.port).padStart(5, '0')}/${one.protocol} ${one.address}`,
          facts: {
            port: `${one.protocol}/${one.port}`,
            address: one.address,
            program: one.process,
            unit: one.unit,
            package: 'package' in one && typeof one.package === 'string' ? one.package : null,
          },
          attention: service === undefined ? null : `${service} is open to everybody`,
          toExplain: true,
        };
      }),
    };
  },
};
