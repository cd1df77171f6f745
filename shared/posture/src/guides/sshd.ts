// Steps for settings of sshd.
import { guide, step, type Found, type Guide, type Step } from '../guide.ts';
import { inTurn, NAME, only, sh } from '../shell.ts';

const FILE = '/etc/ssh/sshd_config.d/00-muster.conf';
const load = inTurn('sshd -t', 'systemctl reload ssh');

/** One setting each line, `PermitEmptyPasswords no`. */
export function sshdSettings(
  { evidence: { match = 'everybody', ...settled } }: Found,
  settings: readonly string[],
  first: readonly Step[] = [],
): Guide {
  const named = settings.map((one) => `“${one}”`).join(' and ');
  const keys = settings.map((one) => one.split(' ')[0]?.toLowerCase() ?? '').join('|');
  const present = Object.entries(settled)
    .map(([key, value]) => `${key} ${typeof value === 'boolean' ? (value ? 'yes' : 'no') : value}`)
    .join(', ');
  const everybody = match === 'everybody';
  const user = only(/^User (\S+)$/.exec(String(match))?.[1], NAME);
  const asked = user === '' ? 'root' : user;
  const write = everybody
    ? step(
        `Write ${named} into ${FILE}: of a setting, sshd takes the first that it reads.`,
        `printf '%s\\n' ${settings.map((one) => `'${one}'`).join(' ')} >> ${FILE}`,
        sh`grep -n ^Include /etc/ssh/sshd_config`,
      )
    : step(
        `Write ${named} into the block “Match ${match}”: what stands in a block wins over what stands outside. This shows its file and line.`,
        sh`grep -rniF -- ${`Match ${match}`} /etc/ssh/sshd_config /etc/ssh/sshd_config.d`,
      );
  const undo = everybody
    ? sh`sed -i ${settings.map((one) => `/^${one}$/d`).join(';')} ${FILE} && sshd -t && systemctl reload ssh`
    : load;
  return guide(
    [
      step(
        `For ${match === 'everybody' ? 'everybody' : `“Match ${match}”`} it is now: ${present}. Open a second session to this server and keep it until a new one has worked.`,
      ),
      ...first,
      write,
      step(
        'Test the settings and load them.',
        load,
        sh`sshd -T -C ${`user=${asked},host=client,addr=203.0.113.1`} | grep -iE ${keys}`,
      ),
    ],
    [
      step(
        everybody ? `Take it out of ${FILE} again.` : `Take it out of the block “Match ${match}” again, then load.`,
        undo,
      ),
    ],
  );
}
