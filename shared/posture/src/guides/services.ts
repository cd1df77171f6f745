// Steps for web, mail and database servers, and for programs that run.
import { step, type Step } from '../guide.ts';
import { HOST, inTurn, only, sh, VERSION, type Line, type Value } from '../shell.ts';

export const reloadNginx = (verify?: Line): Step =>
  step('Test the settings of nginx and load them.', sh`nginx -t && systemctl reload nginx`, verify);

/** Where nginx is told of a site. */
export const whereSite = (name: Value): Line => sh`grep -rnF -- ${name} /etc/nginx | grep server_name`;

export const askTls = (name: Value, options: string): Line => {
  const host = only(name, HOST);
  return host === ''
    ? null
    : `openssl s_client -connect 127.0.0.1:443 -servername ${host} ${options} </dev/null 2>/dev/null`;
};

/** WordPress's own command, as the owner of the site: run by root, the site's code would be root. `rest` comes quoted. */
export const wp = (site: Value, rest: Line): Line => {
  const begin = sh`runuser -u "$(stat -c %U -- ${site})" -- wp --path=${site}`;
  return begin === null || rest === null ? null : `${begin} ${rest}`;
};

/** Files and database of a site, readable by root alone. */
export const backUpSite = (site: Value): Step =>
  step(
    `Back up the files and the database of “${site}”.`,
    inTurn(
      sh`umask 077; tar -czf /root/site.before.tar.gz -C ${site} .`,
      wp(site, 'db export - > /root/site.before.sql'),
    ),
    sh`ls -l /root/site.before.tar.gz /root/site.before.sql`,
  );
export const restoreSite = (site: Value): Step =>
  step(
    `Put files and database of “${site}” back from that backup.`,
    inTurn(sh`tar -xzf /root/site.before.tar.gz -C ${site}`, wp(site, 'db import - < /root/site.before.sql')),
  );

/** Sends the signal $2 to every process of the program $1, also when its file was deleted, and prints its number. */
const SIGNAL =
  'for p in /proc/[0-9]*; do case "$(readlink "$p/exe")" in "$1") kill -"$2" "${p#/proc/}" && echo "${p#/proc/}";; esac; done';
export const signal = (program: Value, name: 'STOP' | 'CONT' | 'KILL'): Line =>
  sh`sh -c ${SIGNAL} sh ${program} ${name}`;
/** Copies what the processes of the program $1 really run. */
const COPY =
  'install -d -m 0700 /root/evidence; for p in /proc/[0-9]*; do case "$(readlink "$p/exe")" in "$1") cp "$p/exe" "/root/evidence/program-${p#/proc/}";; esac; done';
export const copyProgram = (program: Value): Line => sh`sh -c ${COPY} sh ${program}`;

export const phpVersion = (text: Value): string =>
  only(/PHP (\d+\.\d+)/.exec(String(text ?? ''))?.[1] ?? text, VERSION);
