// WP-005: wp-config.php readable by others.
import { check, failures, notApplicable } from '../check.ts';
import { guide, step } from '../guide.ts';
import { rightsAsBefore, setRights } from '../guides/files.ts';
import { wordpress } from '../probes/wordpress.ts';

export default check({
  id: 'WP-005',
  area: 'wordpress',
  severity: 'high',
  title: 'wp-config.php readable by others',
  measured: 'mode and owner of wp-config.php',
  expected: '0600, or 0640 with the group of the web server',
  why: 'It holds the password of the database and the keys of every session. Any other account on the server can take both now.',
  evidence: { file: 'File', mode: 'Mode', owner: 'Owner', group: 'Group' },
  fix: 'chmod 640 with the web server’s group, or 600 when PHP runs as the owner; see that the site answers.',
  undo: 'Set the mode that is named here again.',
  risk: 'service',
  maps: [],
  reads: { wordpress },
  judge({ wordpress: { sites } }) {
    if (sites.length === 0) return notApplicable('There is no WordPress');
    return failures(
      sites.flatMap(({ config }) =>
        config === null || (Number.parseInt(config.mode, 8) & 0o007) === 0
          ? []
          : [
              {
                subject: config.path,
                evidence: { file: config.path, mode: config.mode, owner: config.owner, group: config.group },
              },
            ],
      ),
    );
  },
  steps({ evidence: { file, mode, owner, group } }) {
    return guide(
      [
        setRights(`Let nobody but “${owner}” and the group “${group}” read “${file}”.`, owner, 'o-rwx', file),
        step('See that the site answers. If it does not, give the file the group of the web server (chgrp www-data).'),
      ],
      [rightsAsBefore(owner, mode, file)],
    );
  },
});
