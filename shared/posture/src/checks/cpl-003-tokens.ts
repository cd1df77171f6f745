// CPL-003: WHM API tokens without expiry or IP limit.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { panel } from '../probes/panel.ts';

export default check({
  id: 'CPL-003',
  area: 'panel',
  severity: 'high',
  title: 'WHM API tokens without expiry or IP limit',
  measured: 'whmapi1 --output=json api_token_list',
  expected: 'every token ends, comes from named addresses and has no more rights than it needs',
  why: 'A token is root without a second factor. Nobody remembers it when the program that used it is gone.',
  evidence: { token: 'Token', expires: 'Expires', addresses: 'Limited to addresses', all: 'All rights' },
  fix: 'Make a new one with an end and addresses for each program, then revoke this one (whmapi1 api_token_revoke).',
  undo: 'A revoked token cannot come back: make a new one.',
  risk: 'service',
  maps: [],
  basis: 'documented',
  reads: { panel },
  judge({ panel: { cpanel } }) {
    if (cpanel === null) return notApplicable('cPanel is not installed');
    if (cpanel.tokens === null) return unknown('whmapi1 could not be asked');
    return failures(
      cpanel.tokens.flatMap(({ name, expires, addresses, all }) =>
        expires && addresses && !all
          ? []
          : [{ subject: `token ${name}`, evidence: { token: name, expires, addresses, all } }],
      ),
    );
  },
});
