// Certificates that services show, by their files, the next to expire first.
import type { Circumstances } from '@muster/posture/check';
import { certificates as probe, type Certificate } from '@muster/posture/probes/certificates';
import { dayAfter } from '../days.ts';
import { readingOf, type KindDefinition } from '../kind.ts';

const LONGEST_FACT = 300;

export const certificates: KindDefinition = {
  kind: 'certificates',
  probes: [probe.name],
  read(reports, circumstances) {
    const reading = readingOf(probe, reports);
    if (reading === null) return null;
    return {
      complete: reading.complete,
      items: reading.certificates.map((one) => ({
        item: one.path,
        sort: `${one.until} ${one.path}`,
        facts: {
          until: one.until,
          names: one.names.join(', ').slice(0, LONGEST_FACT),
          issuer: issuerName(one.issuer),
          usedBy: one.usedBy.join(', '),
          path: one.path,
        },
        attention: attentionTo(one, circumstances),
        toExplain: false,
      })),
    };
  },
};

/** `C=US, O=Let's Encrypt, CN=R11` → `R11, Let's Encrypt`. */
function issuerName(issuer: string): string {
  const part = (name: string): string | undefined => new RegExp(`(?:^|, )${name}=([^,]+)`).exec(issuer)?.[1];
  const [common, organisation] = [part('CN'), part('O')];
  return [common, organisation].filter((one) => one !== undefined).join(', ') || issuer;
}

function attentionTo({ until, keyFits, chain }: Certificate, { policy, now }: Circumstances): string | null {
  if (until < now.toISOString()) return 'It has expired';
  if (until.slice(0, 10) <= dayAfter(now, policy.certificateDays)) {
    return `It expires within ${policy.certificateDays} days`;
  }
  if (keyFits === false) return 'Its key belongs to another one';
  return chain === 'ok' ? null : `Its chain is not trusted: ${chain}`;
}
