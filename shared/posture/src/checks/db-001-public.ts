// DB-001: Database listens publicly.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { closePort, openPort, whoListens } from '../guides/network.ts';
import { isPublic, listeners } from '../probes/listeners.ts';
import { sh, type Line } from '../shell.ts';

const DATABASES = /^(?:mariadbd|mysqld|postgres|postmaster)$/;

export default check({
  id: 'DB-001',
  area: 'databases',
  severity: 'high',
  title: 'Database listens publicly',
  measured: 'ss -H -lntupe: mariadbd, mysqld, postgres',
  expected: 'loopback or a private network',
  why: 'A database that answers the world is guessed at day and night, and every hole in it can be reached. Sites on the same server need no more than its socket.',
  evidence: { program: 'Program', port: 'Port', address: 'Listens on' },
  fix: 'Close the port in the firewall, then bind-address = 127.0.0.1 (listen_addresses for PostgreSQL) and restart.',
  undo: 'Put the former address back and restart.',
  risk: 'service',
  maps: [],
  reads: { listeners },
  judge({ listeners: { read, listeners } }) {
    if (!read) return unknown('The listening ports could not be read');
    const open = listeners.filter((one) => isPublic(one));
    const databases = open.filter(({ process, address }) => DATABASES.test(process ?? '') && !isPrivate(address));
    if (databases.length === 0 && open.some(({ process }) => process === null)) {
      return unknown('Which program listens could not be read');
    }
    return failures(
      databases.map(({ process, port, address }) => ({
        subject: `port ${port} on ${address}`,
        evidence: { program: process ?? '', port, address },
      })),
    );
  },
  steps({ evidence: { program, port, address } }) {
    const { bind, undo } = bindings(String(program));
    return guide(
      [
        closePort('tcp', port),
        step(`Let “${program}” listen on 127.0.0.1 instead of ${address}.`, bind, whoListens(port)),
        step('When it does, the port need not be closed any more.', openPort('tcp', port).command),
      ],
      [step(`Let “${program}” listen as before.`, undo, whoListens(port))],
    );
  },
});

const isPrivate = (address: string): boolean => /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd])/.test(address);

/** How each database is bound to loopback, in a file of its own that is read last, and how that is taken back. */
function bindings(program: string): { bind: Line; undo: Line } {
  if (program.startsWith('post')) {
    const as = 'runuser -u postgres -- psql -c';
    return {
      bind: `${as} "alter system set listen_addresses = 'localhost'" && systemctl restart postgresql`,
      undo: `${as} "alter system reset listen_addresses" && systemctl restart postgresql`,
    };
  }
  const [file, unit] =
    program === 'mariadbd'
      ? ['/etc/mysql/mariadb.conf.d/zz-loopback.cnf', 'mariadb']
      : ['/etc/mysql/conf.d/zz-loopback.cnf', 'mysql'];
  return {
    bind: sh`printf '[mysqld]\\nbind-address = 127.0.0.1\\n' > ${file} && systemctl restart ${unit}`,
    undo: sh`rm -f ${file} && systemctl restart ${unit}`,
  };
}
