// DB-001: Database listens publicly.
import { check, failures, unknown } from '../check.ts';
import { isPublic, listeners } from '../probes/listeners.ts';

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
});

const isPrivate = (address: string): boolean => /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|f[cd])/.test(address);
