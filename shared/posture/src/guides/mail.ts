// Steps for settings of Postfix and Dovecot.
import { step, type Step } from '../guide.ts';
import { quoted, sh, type Value } from '../shell.ts';

/** Sets parameters of main.cf and loads them; what has no value is set to nothing, so that the default holds again. */
export function postconf(say: string, settings: Readonly<Record<string, Value>>): Step {
  const words = Object.entries(settings).map(([key, value]) =>
    value === undefined ? `-X ${key}` : quoted(`${key} = ${value}`),
  );
  const set = words.filter((word) => word?.startsWith('-X ') !== true);
  const unset = words.filter((word) => word?.startsWith('-X ') === true);
  const lines = [
    ...(set.length === 0 ? [] : [`postconf -e ${set.join(' ')}`]),
    ...unset.map((word) => `postconf ${word}`),
    'postfix reload',
  ];
  return step(say, words.includes(null) ? null : lines.join(' && '), `postconf ${Object.keys(settings).join(' ')}`);
}

const FILE = '/etc/dovecot/conf.d/zz-by-hand.conf';
const load = 'doveconf -n >/dev/null && systemctl reload dovecot';

/** Settings of Dovecot, `ssl = required`, in a file that is read last. */
export function dovecot(say: string, settings: readonly string[]): Step {
  const keys = settings.map((one) => one.split(' ')[0]).join(' ');
  return step(
    say,
    `printf '%s\\n' ${settings.map((one) => `'${one}'`).join(' ')} >> ${FILE} && ${load}`,
    `doveconf ${keys}`,
  );
}

export function dovecotBefore(settings: readonly string[]): Step {
  return step(
    'Take it out again.',
    sh`sed -i ${settings.map((one) => `/^${one}$/d`).join(';')} ${FILE} && doveconf -n >/dev/null && systemctl reload dovecot`,
  );
}
