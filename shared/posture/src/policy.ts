// What the checks measure against: dates, limits, ports. Plain values with a version, so that everything is judged anew,
// without asking a server, when one of them changes.
export interface PosturePolicy {
  /** Grows with every change of a value or of a check. */
  readonly version: number;
  readonly leastRsaBits: number;
  readonly weakAlgorithms: readonly RegExp[];
  readonly leastPasswordLength: number;
  readonly leastPasswordClasses: number;
  /** Days that logs reach back. */
  readonly logDays: number;
  readonly jailLimits: { readonly maxRetry: number; readonly findSeconds: number; readonly banSeconds: number };
  /** Jail that guards a program, when the program listens. */
  readonly expectedJails: Readonly<Record<string, string>>;
  /** Last day of security updates, `<ID> <VERSION_ID>` of /etc/os-release. */
  readonly endOfLife: Readonly<Record<string, string>>;
  readonly endOfLifeWarningDays: number;
  readonly dataPorts: Readonly<Record<number, string>>;
  readonly panelPorts: Readonly<Record<number, string>>;
  readonly clockOffsetSeconds: number;
  readonly updateSuccessDays: number;
}

export const posturePolicy: PosturePolicy = {
  version: 1,
  leastRsaBits: 3072,
  // AGENT.md SSH-005; CIS Debian 12 5.1.6, 5.1.12, 5.1.15.
  weakAlgorithms: [
    /-cbc(@|$)/,
    /^arcfour/,
    /^3des/,
    /^hmac-md5/,
    /^hmac-sha1/,
    /^umac-64/,
    /group1-sha1$/,
    /group14-sha1$/,
    /group-exchange-sha1$/,
    /^ssh-dss/,
  ],
  leastPasswordLength: 14,
  leastPasswordClasses: 3,
  logDays: 90,
  jailLimits: { maxRetry: 5, findSeconds: 600, banSeconds: 600 },
  expectedJails: { sshd: 'sshd', 'pure-ftpd': 'pure-ftpd', proftpd: 'proftpd', dovecot: 'dovecot' },
  // Vendors' own announcements; Debian with its LTS, Ubuntu without paid support.
  endOfLife: {
    'debian 10': '2024-06-30',
    'debian 11': '2026-08-31',
    'debian 12': '2028-06-30',
    'debian 13': '2030-06-30',
    'ubuntu 18.04': '2023-05-31',
    'ubuntu 20.04': '2025-05-31',
    'ubuntu 22.04': '2027-04-30',
    'ubuntu 24.04': '2029-04-30',
    'almalinux 8': '2029-03-01',
    'almalinux 9': '2032-05-31',
    'rocky 8': '2029-05-31',
    'rocky 9': '2032-05-31',
    'centos 7': '2024-06-30',
    'centos 8': '2021-12-31',
  },
  endOfLifeWarningDays: 180,
  dataPorts: {
    3306: 'MySQL',
    5432: 'PostgreSQL',
    6379: 'Redis',
    9200: 'Elasticsearch',
    9300: 'Elasticsearch',
    27017: 'MongoDB',
    11211: 'memcached',
    5984: 'CouchDB',
    8086: 'InfluxDB',
    2375: 'Docker',
    2376: 'Docker',
    2379: 'etcd',
    15672: 'RabbitMQ',
    9042: 'Cassandra',
  },
  panelPorts: {
    8443: 'Plesk',
    8880: 'Plesk',
    8447: 'Plesk',
    2082: 'cPanel',
    2083: 'cPanel',
    2086: 'WHM',
    2087: 'WHM',
    2095: 'webmail',
    2096: 'webmail',
    2222: 'DirectAdmin',
    10000: 'Webmin',
    9090: 'Cockpit',
    8006: 'Proxmox',
  },
  clockOffsetSeconds: 0.5,
  updateSuccessDays: 3,
};
