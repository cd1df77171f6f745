// WP-002: Plugin or theme known vulnerable.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { wp } from '../guides/services.ts';
import { wordpress } from '../probes/wordpress.ts';
import { NAME, only, sh } from '../shell.ts';
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
  steps({ evidence: { site, extension, version, fixed, hole } }) {
    const slug = only(extension, NAME);
    const former = only(version, /^[\w.-]+$/);
    return guide(
      [
        step(
          `“${extension}” ${version} has ${hole}; ${fixed} mends it. Update it, on a copy first.`,
          wp(site, sh`plugin update ${slug}`),
          wp(site, sh`plugin get ${slug} --field=version`),
        ),
        step('A theme is updated like this.', wp(site, sh`theme update ${slug}`)),
        step(
          'Where there is no update: switch it off and remove it.',
          wp(site, sh`plugin deactivate ${slug} --uninstall`),
          wp(site, 'plugin list'),
        ),
        step(
          'Look for what came in meanwhile: new administrators, PHP in uploads.',
          wp(site, 'user list --role=administrator'),
          sh`find ${site}/wp-content/uploads -name '*.php'`,
        ),
      ],
      [step('Put the former version back.', wp(site, sh`plugin install ${slug} --version=${former} --force`))],
    );
  },
});
