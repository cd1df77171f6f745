// CPL-003: WHM API tokens without expiry or IP limit.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { panel } from '../probes/panel.ts';
import { only, sh } from '../shell.ts';

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
  steps({ evidence: { token } }) {
    const name = only(token, /^[\w-]{1,50}$/);
    return guide([
      step(
        `Find out which program uses “${token}”, and from which address.`,
        sh`whmapi1 --output=jsonpretty api_token_list`,
      ),
      step(
        'Make a new token for it in WHM, Manage API Tokens: with an end, its address, and only the rights that it needs. Give it to the program.',
      ),
      step(
        `Revoke “${token}”: it cannot come back.`,
        sh`whmapi1 api_token_revoke token_name=${name}`,
        sh`whmapi1 --output=jsonpretty api_token_list`,
      ),
    ]);
  },
});
