// UPD-011: Control panel or its components outdated.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { panel } from '../probes/panel.ts';
import { isOlder } from '../versions.ts';

export default check({
  id: 'UPD-011',
  area: 'updates',
  severity: 'medium',
  title: 'Control panel or its components outdated',
  measured: 'plesk version, /usr/local/cpanel/version, against the policy',
  expected: 'not older than the version that the policy names',
  why: 'Holes in panels are used within days of their fix, because one program finds every server of a hoster. The panel updates itself unless somebody has turned that off.',
  evidence: { panel: 'Panel', installed: 'Installed', wanted: 'At least' },
  fix: 'plesk installer update, or /usr/local/cpanel/scripts/upcp; then see why the nightly update does not run.',
  undo: 'A panel is not taken back; restore the server from a backup.',
  risk: 'service',
  maps: [],
  reads: { panel },
  judge({ panel: { plesk, cpanel } }, { policy }) {
    const installed = [
      ...(plesk === null ? [] : [{ panel: 'Plesk', version: plesk.version, wanted: policy.panels.plesk }]),
      ...(cpanel === null ? [] : [{ panel: 'cPanel', version: cpanel.version, wanted: policy.panels.cpanel }]),
    ];
    if (installed.length === 0) return notApplicable('Neither Plesk nor cPanel is installed');
    if (installed.some(({ version }) => version === '')) return unknown('The panel did not tell its version');
    const [unsaid] = installed.filter(({ wanted }) => wanted === '');
    if (unsaid !== undefined)
      return unknown(`The policy names no version of ${unsaid.panel}: take in a pack that does`);
    return failures(
      installed
        .filter(({ version, wanted }) => isOlder(version, wanted))
        .map(({ panel, version, wanted }) => ({
          subject: panel,
          evidence: { panel, installed: version, wanted },
        })),
    );
  },
});
