// DB-005: Elasticsearch, MongoDB or memcached without authentication.
import { check, failures, unknown } from '../check.ts';
import { databases } from '../probes/databases.ts';
import { isPublic, listeners } from '../probes/listeners.ts';

/** Port and the store behind it. */
const STORES: Readonly<Record<number, string>> = { 11211: 'memcached', 27017: 'mongod', 9200: 'elasticsearch' };

export default check({
  id: 'DB-005',
  area: 'databases',
  severity: 'critical',
  title: 'Elasticsearch, MongoDB or memcached without authentication',
  measured: 'ss -H -lntupe; memcached.conf, mongod.conf, elasticsearch.yml',
  expected: 'a password, or loopback only',
  why: 'These stores ask for no password as they come. Open ones are copied, emptied and held to ransom by machines.',
  evidence: { store: 'Store', port: 'Port', address: 'Listens on', file: 'Settings' },
  fix: 'Close the port in the firewall now, bind it to 127.0.0.1, then switch its authentication on.',
  undo: 'Remove the rule and put the former address back.',
  risk: 'service',
  maps: ['DBS-1820'],
  reads: { databases, listeners },
  judge({ databases: { stores }, listeners: { read, listeners } }) {
    if (!read) return unknown('The listening ports could not be read');
    return failures(
      listeners.flatMap((one) => {
        const store = STORES[one.port];
        const settings = stores.find((known) => known.store === store);
        if (store === undefined || !isPublic(one) || settings?.authentication === true) return [];
        return [
          {
            subject: `${store} on ${one.address}`,
            evidence: { store, port: one.port, address: one.address, file: settings?.file ?? 'none found' },
          },
        ];
      }),
    );
  },
});
