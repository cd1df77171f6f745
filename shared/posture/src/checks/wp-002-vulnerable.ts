// WP-002: Plugin or theme known vulnerable.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { wordpress } from '../probes/wordpress.ts';
import { isOlder } from '../versions.ts';

export default check({
  id: 'WP-002',
  area: 'wordpress',
  severity: 'critical',
  title: 'Plugin or theme known vulnerable',
  measured: 'headers of plugins and themes against the holes in the policy',
  expected: 'none older than the version that mends a hole which is used',
  why: 'These holes are tried on every site of the internet by machines. One of them is enough to become administrator.',
  evidence: { site: 'Site', extension: 'Plugin or theme', version: 'Version', fixed: 'Fixed in', hole: 'Hole' },
  fix: 'Update it, on a copy first. When there is no update, deactivate and remove it; then look for what came in meanwhile.',
  undo: 'Put its folder back from the backup.',
  risk: 'service',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites, complete } }, { policy }) {
    const open = sites.flatMap(({ root, extensions }) =>
      extensions.flatMap(({ slug, version }) => {
        const hole = policy.extensions[slug];
        if (hole === undefined || version === '' || !isOlder(version, hole.fixed)) return [];
        return [
          {
            subject: `${root} ${slug}`,
            evidence: { site: root, extension: slug, version, fixed: hole.fixed, hole: hole.cve },
          },
        ];
      }),
    );
    if (open.length === 0 && !complete) return unknown('Some folders of sites could not be entered');
    return sites.length === 0 ? notApplicable('There is no WordPress') : failures(open);
  },
});
