// DB-004: Redis open.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { whoListens } from '../guides/network.ts';
import { databases } from '../probes/databases.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'DB-004',
  area: 'databases',
  severity: 'critical',
  title: 'Redis open',
  measured: 'bind, protected-mode, requirepass and user default of redis.conf',
  expected: 'loopback only, or a password',
  why: 'Whoever reaches an open Redis writes files as its user: a key into authorized_keys, a line into cron. It takes one command and is done by machines.',
  evidence: { file: 'File', bind: 'Listens on', protectedMode: 'Protected mode', password: 'Password' },
  fix: 'bind 127.0.0.1 -::1 and protected-mode yes; for others a requirepass and a rule in the firewall; restart.',
  undo: 'Put the former lines back and restart.',
  risk: 'service',
  maps: ['DBS-1884', 'DBS-1886', 'DBS-1888'],
  reads: { databases },
  judge({ databases: { redis } }) {
    if (redis === null) return unknown('The settings of Redis could not be read');
    if (redis.length === 0) return notApplicable('Redis is not installed');
    return failures(
      redis.flatMap(({ file, bind, protectedMode, password }) => {
        const local = bind.every((address) => /^(?:127\.|::1$)/.test(address));
        if (local || password) return [];
        return [{ subject: file, evidence: { file, bind: bind.join(' '), protectedMode, password } }];
      }),
    );
  },
  steps({ evidence: { file, bind } }) {
    return guide(
      [
        step(
          `Let Redis listen on loopback instead of “${bind}”, in protected mode. The file stays beside, with “.before” at its end.`,
          sh`cp -p -- ${file} ${`${file}.before`} && sed -i 's/^bind .*/bind 127.0.0.1 -::1/; s/^protected-mode .*/protected-mode yes/' ${file} && systemctl restart redis-server`,
          whoListens(6379),
        ),
        step('Who needs it from elsewhere gets a requirepass and a rule of the firewall.'),
      ],
      [step('Put the former file back.', sh`mv -- ${`${file}.before`} ${file} && systemctl restart redis-server`)],
    );
  },
});
