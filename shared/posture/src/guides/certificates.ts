// Steps for certificates.
import { step, type Step } from '../guide.ts';
import { HOST, inTurn, NAME, only, sh, type Line, type Value } from '../shell.ts';

/** Of a file that certbot keeps; '' for any other. */
export const certbotName = (file: Value): string =>
  only(/^\/etc\/letsencrypt\/live\/([^/]+)\//.exec(String(file))?.[1], NAME);

export const shownBy = (file: Value): Line =>
  sh`openssl x509 -noout -subject -issuer -enddate -ext subjectAltName -in ${file}`;

/** With commas between, as certbot takes them; '' where one is no host name, or some are not named. */
export function hosts(...lists: readonly Value[]): string {
  const names = lists.flatMap((list) => String(list).split(', '));
  const wildcard = (name: string): string => name.replace(/^\*\./, '');
  return names.every((name) => only(wildcard(name), HOST) !== '') ? [...new Set(names)].join(',') : '';
}

const LOADS: Readonly<Record<string, string>> = {
  nginx: 'nginx -t && systemctl reload nginx',
  postfix: 'postfix reload',
  dovecot: 'systemctl reload dovecot',
};

/** `nginx, postfix` */
export function loadedBy(usedBy: Value): Step {
  const lines = String(usedBy)
    .split(', ')
    .flatMap((name) => LOADS[name] ?? []);
  return step(`Have ${usedBy} load it.`, lines.length === 0 ? undefined : inTurn(...lines));
}
