// DB-005: Elasticsearch, MongoDB or memcached without authentication.
import { check, failures, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { closePort, openPort, whoListens } from '../guides/network.ts';
import { databases } from '../probes/databases.ts';
import { isPublic, listeners } from '../probes/listeners.ts';
import { sh } from '../shell.ts';

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
  steps({ evidence: { store, port, address, file } }) {
    const settings = String(file).startsWith('/') ? file : undefined;
    return guide(
      [
        closePort('tcp', port),
        store === 'memcached' && settings !== undefined
          ? step(
              `Let memcached listen on 127.0.0.1 instead of ${address}.`,
              sh`sed -i.before 's/^-l .*/-l 127.0.0.1/' ${settings} && systemctl restart memcached`,
              whoListens(port),
            )
          : step(
              `Bind ${store} to 127.0.0.1 instead of ${address} in its settings (${file}), and restart it.`,
              undefined,
              whoListens(port),
            ),
        step(`Switch the authentication of ${store} on. Then the port may be opened to whom it is for.`),
      ],
      [
        ...(store === 'memcached' && settings !== undefined
          ? [
              step(
                'Put the former settings back.',
                sh`mv -- ${`${settings}.before`} ${settings} && systemctl restart memcached`,
              ),
            ]
          : []),
        openPort('tcp', port),
      ],
    );
  },
});
