// WordPress sites with their versions, the oldest first, and what of their plugins and themes is known to be open.
import { wordpress as probe, type WordPressSite } from '@muster/posture/probes/wordpress';
import type { PosturePolicy } from '@muster/posture/policy';
import { isOlder } from '@muster/posture/versions';
import { fixedCore } from '@muster/posture/wordpress-core';
import { readingOf, type KindDefinition } from '../kind.ts';

const LONGEST_FACT = 300;

export const wordpress: KindDefinition = {
  kind: 'wordpress',
  probes: [probe.name],
  read(reports, { policy }) {
    const reading = readingOf(probe, reports);
    if (reading === null) return null;
    return {
      complete: reading.complete,
      items: reading.sites.map((site) => {
        const vulnerable = holesOf(site, policy);
        const count = (kind: 'plugin' | 'theme'): number => site.extensions.filter((one) => one.kind === kind).length;
        return {
          item: site.root,
          sort: `${inOrder(site.version)} ${site.root}`,
          facts: {
            root: site.root,
            version: site.version === '' ? null : site.version,
            fixed: fixedCore(site.version, policy),
            plugins: count('plugin'),
            themes: count('theme'),
            inactive: site.extensions.some(({ active }) => active === null)
              ? null
              : site.extensions.filter(({ active }) => active === false).length,
            vulnerable: vulnerable.join(', ').slice(0, LONGEST_FACT),
          },
          attention: attentionTo(site, vulnerable, policy),
          toExplain: false,
        };
      }),
    };
  },
};

/** `6.10.1` stands after `6.9`. */
const inOrder = (version: string): string =>
  version
    .split('.')
    .map((part) => part.padStart(4, '0'))
    .join('.');

const holesOf = ({ extensions }: WordPressSite, policy: PosturePolicy): readonly string[] =>
  extensions.flatMap(({ slug, version }) => {
    const hole = policy.extensions[slug];
    return hole !== undefined && version !== '' && isOlder(version, hole.fixed)
      ? [`${slug} ${version} (${hole.cve})`]
      : [];
  });

function attentionTo(
  { version, shells }: WordPressSite,
  vulnerable: readonly string[],
  policy: PosturePolicy,
): string | null {
  if (shells.length > 0) return 'There is PHP among its uploads';
  if (vulnerable.length > 0) return 'A plugin or theme has a known hole';
  if (version === '') return 'Its version is not known';
  const fixed = fixedCore(version, policy);
  if (fixed === 'no longer') return 'Its branch gets no fixes';
  return fixed !== null && isOlder(version, fixed) ? 'It is older than the fixes of its branch' : null;
}
