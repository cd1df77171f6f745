// DB-002: DB account without password or root from anywhere.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { databases } from '../probes/databases.ts';
import { NUMBER, only, sh } from '../shell.ts';

export default check({
  id: 'DB-002',
  area: 'databases',
  severity: 'critical',
  title: 'DB account without password or root from anywhere',
  measured: 'mysql.global_priv over the socket; pg_hba.conf',
  expected:
    'every account has a password or asks the system; accounts with all rights are local; no trust from elsewhere',
  why: 'Whoever reaches the port is in. An account with all rights that may come from anywhere is one guessed password away from every client’s data.',
  evidence: { database: 'Database', account: 'Account', from: 'From', problem: 'Problem' },
  fix: 'ALTER USER … ACCOUNT LOCK now; then give it a password or drop it. For pg_hba.conf: scram-sha-256 instead of trust, reload.',
  undo: 'ALTER USER … ACCOUNT UNLOCK, or put the former line back and reload.',
  risk: 'service',
  maps: ['DBS-1816', 'DBS-1828'],
  reads: { databases },
  judge({ databases: { mysql, postgres } }) {
    const wrong = [
      ...(mysql?.accounts ?? []).flatMap(({ user, host, withoutPassword, locked, all }) => {
        const away = !/^(?:localhost|127\.|::1)/.test(host);
        const problem = locked
          ? null
          : withoutPassword
            ? 'no password'
            : all && away && host.includes('%')
              ? 'all rights, from anywhere'
              : null;
        return problem === null ? [] : [{ database: 'MySQL', account: user, from: host, problem }];
      }),
      ...(postgres?.rules ?? []).flatMap(({ file, line, type, user, address, method }) =>
        method === 'trust'
          ? [
              {
                database: 'PostgreSQL',
                account: user,
                from: type === 'local' ? 'this server' : address,
                problem: `trust in ${file}:${line}`,
              },
            ]
          : [],
      ),
    ];
    if (wrong.length > 0) {
      return failures(
        wrong.map((evidence) => ({ subject: `${evidence.database} ${evidence.account}@${evidence.from}`, evidence })),
      );
    }
    if (mysql?.answers === false || postgres?.read === false) return unknown('The databases could not be asked');
    return mysql === null && postgres === null ? notApplicable('There is no MySQL and no PostgreSQL') : failures([]);
  },
  steps({ evidence: { database, account, from, problem } }) {
    const [, file, line] = /^trust in (\/.+):(\d+)$/.exec(String(problem)) ?? [];
    if (database === 'PostgreSQL') {
      const at = only(line, NUMBER);
      return guide(
        [
          step(
            `See line ${line} of “${file}”, and that “${account}” has a password (\\password in psql) before it is asked for.`,
            sh`sed -n ${at === '' ? '' : `${at}p`} ${file}`,
          ),
          step(
            'Ask for a password; the file stays beside, with “.before” at its end.',
            sh`sed -i.before ${at === '' ? '' : `${at}s/\\btrust\\b/scram-sha-256/`} ${file} && systemctl reload postgresql`,
            sh`sed -n ${at === '' ? '' : `${at}p`} ${file}`,
          ),
        ],
        [
          step(
            'Put the former file back and load it.',
            sh`mv -- ${`${file}.before`} ${file} && systemctl reload postgresql`,
          ),
        ],
      );
    }
    // Both stand in a statement between quotes: names of these characters need no quoting of SQL’s own.
    const named =
      /^[\w.-]*$/.test(String(account)) && /^[\w.%:/-]+$/.test(String(from)) ? `'${account}'@'${from}'` : '';
    const lock = (how: string): string => (named === '' ? '' : `ALTER USER ${named} ACCOUNT ${how}`);
    const shown = named === '' ? '' : `SHOW CREATE USER ${named}; SHOW GRANTS FOR ${named}`;
    return guide(
      [
        step(`See what “${account}” from “${from}” may do.`, sh`mariadb -e ${shown}`),
        step('Lock it: nobody signs in as it any more.', sh`mariadb -e ${lock('LOCK')}`, sh`mariadb -e ${shown}`),
        step('Ask who needs it. Give it a password and a host of its own, or drop it.'),
      ],
      [step('Unlock it.', sh`mariadb -e ${lock('UNLOCK')}`)],
    );
  },
});
