// PER-003: systemd unit or timer not owned by a package.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { putBack, setAside } from '../guides/files.ts';
import { scheduled } from '../probes/scheduled.ts';
import { NAME, only, sh } from '../shell.ts';

export default check({
  id: 'PER-003',
  area: 'persistence',
  severity: 'high',
  title: 'systemd unit or timer not owned by a package',
  measured: 'units in /etc/systemd/system and /run/systemd/system against dpkg',
  expected: 'every one is known',
  why: 'A unit that no package brought was written by a person, or by somebody who wanted to stay. Each should have an owner who knows why.',
  evidence: { path: 'Unit', mode: 'Mode', owner: 'Owner' },
  fix: 'Find who wrote it. Approve it on the server’s page, or disable it (systemctl disable --now).',
  undo: 'systemctl enable --now',
  risk: 'service',
  maps: ['BOOT-5180'],
  reads: { scheduled },
  judge({ scheduled: { unowned } }) {
    if (unowned === null) return unknown('Only dpkg is understood so far');
    const foreign = unowned.filter(({ path }) => !/\/muster-[a-z]+\.(service|socket|timer)$/.test(path));
    return failures(
      foreign.map(({ path, mode, owner }) => ({
        subject: path,
        evidence: { path, mode, owner },
        approvable: { kind: 'units', items: [path] },
      })),
    );
  },
  steps({ evidence: { path } }) {
    const unit = only(/\/([^/]+)$/.exec(String(path))?.[1], NAME);
    return guide(
      [
        step(
          `See what “${path}” starts, and ask who wrote it.`,
          sh`systemctl cat ${unit}; systemctl status ${unit} --no-pager`,
        ),
        step('Stop it, now and at boot.', sh`systemctl disable --now ${unit}`, sh`systemctl is-active ${unit}`),
        setAside(path),
        step('Have systemd forget it.', sh`systemctl daemon-reload`),
      ],
      [putBack(path), step('Start it again.', sh`systemctl daemon-reload && systemctl enable --now ${unit}`)],
    );
  },
});
