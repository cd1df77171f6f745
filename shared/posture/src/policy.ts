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
  /** Keys and accounts that nobody used for so long are due to go. */
  readonly unusedDays: number;
  /** Sign-ins are compared with the networks of the past when the history is this long, and told for so long. */
  readonly signIns: { readonly learningDays: number; readonly newsDays: number };
  /** Whoever answers for an open port looks at it once in so many days. */
  readonly portReviewDays: number;
  /** Addresses of countries are good for so long. */
  readonly countryDataDays: number;
  /** Which program may listen to the world on which port. sshd may on the ports that it is set to. */
  readonly approvedPorts: readonly { readonly ports: readonly number[]; readonly programs: readonly string[] }[];
  /** Networks that must never be banned; none: nobody has said. */
  readonly adminNetworks: readonly string[];
  /** Last day of security fixes of a branch of PHP, and the last day of other fixes. */
  readonly php: Readonly<Record<string, { readonly security: string; readonly active: string }>>;
  readonly certificateDays: number;
  readonly hstsSeconds: number;
  readonly usedPercent: number;
  /** Share of a minute in which everything waits for memory. */
  readonly memoryPressure: number;
  readonly mailQueue: { readonly messages: number; readonly perSender: number };
  /** Of each branch of WordPress the first version with every security fix that we know of. */
  readonly wordpress: Readonly<Record<string, string>>;
  /** Of `<version> <locale>` of WordPress the digest of each folder, as core-folders.ts makes them. */
  readonly wordpressCore: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of a plugin or theme the first version without a hole that is used in the wild, and which hole. */
  readonly extensions: Readonly<Record<string, { readonly fixed: string; readonly cve: string }>>;
  /** Oldest version of a control panel that its maker still mends; empty: nobody has said. */
  readonly panels: Readonly<Record<'plesk' | 'cpanel', string>>;
  /** Plugins that slow down guessing at the login of WordPress. */
  readonly loginLimiters: readonly string[];
  /** Beginnings of image names whose publisher is trusted. */
  readonly trustedImages: readonly string[];
  /** Networks in which CDNs answer for sites. */
  readonly cdnNetworks: readonly string[];
  /** Who a CAA record names, and how its certificates call their issuer. */
  readonly certificateAuthorities: Readonly<Record<string, RegExp>>;
  /** A signature of DNSSEC is made anew before fewer days than this are left. */
  readonly signatureDays: number;
}

export const posturePolicy: PosturePolicy = {
  version: 10,
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
  unusedDays: 90,
  portReviewDays: 90,
  countryDataDays: 45,
  signIns: { learningDays: 30, newsDays: 14 },
  approvedPorts: [
    { ports: [80, 443], programs: ['nginx', 'apache2', 'httpd', 'caddy', 'haproxy', 'litespeed', 'lshttpd'] },
    { ports: [25, 465, 587], programs: ['master', 'smtpd', 'exim4', 'exim'] },
    { ports: [110, 143, 993, 995, 4190], programs: ['dovecot'] },
    { ports: [53], programs: ['named', 'pdns_server', 'nsd'] },
    { ports: [21], programs: ['pure-ftpd', 'proftpd', 'vsftpd'] },
    { ports: [123, 323], programs: ['chronyd', 'ntpd'] },
    { ports: [68, 546], programs: ['dhclient', 'systemd-network', 'NetworkManager'] },
  ],
  adminNetworks: [],
  // https://www.php.net/supported-versions.php and /eol.php
  php: {
    '5.6': { security: '2018-12-31', active: '2017-01-19' },
    '7.0': { security: '2019-01-10', active: '2018-01-04' },
    '7.1': { security: '2019-12-01', active: '2018-12-01' },
    '7.2': { security: '2020-11-30', active: '2019-11-30' },
    '7.3': { security: '2021-12-06', active: '2020-12-06' },
    '7.4': { security: '2022-11-28', active: '2021-11-28' },
    '8.0': { security: '2023-11-26', active: '2022-11-26' },
    '8.1': { security: '2025-12-31', active: '2023-11-25' },
    '8.2': { security: '2026-12-31', active: '2024-12-31' },
    '8.3': { security: '2027-12-31', active: '2025-12-31' },
    '8.4': { security: '2028-12-31', active: '2026-12-31' },
    '8.5': { security: '2029-12-31', active: '2027-12-31' },
  },
  certificateDays: 21,
  // Half a year.
  hstsSeconds: 15_552_000,
  usedPercent: 80,
  memoryPressure: 10,
  mailQueue: { messages: 500, perSender: 100 },
  // WordPress 6.8.3 of 30 September 2025 and the fixes that came with it for older branches.
  wordpress: {
    '6.0': '6.0.11',
    '6.1': '6.1.9',
    '6.2': '6.2.8',
    '6.3': '6.3.7',
    '6.4': '6.4.7',
    '6.5': '6.5.7',
    '6.6': '6.6.4',
    '6.7': '6.7.4',
    '6.8': '6.8.3',
  },
  // WordPress publishes them for each version and locale: packs bring those that are in use.
  wordpressCore: {},
  extensions: {
    'wp-file-manager': { fixed: '6.9', cve: 'CVE-2020-25213' },
    'litespeed-cache': { fixed: '6.4', cve: 'CVE-2024-28000' },
    'really-simple-ssl': { fixed: '9.1.2', cve: 'CVE-2024-10924' },
    'essential-addons-for-elementor-lite': { fixed: '5.7.2', cve: 'CVE-2023-32243' },
    'woocommerce-payments': { fixed: '5.6.2', cve: 'CVE-2023-28121' },
    elementor: { fixed: '3.6.3', cve: 'CVE-2022-1329' },
    'contact-form-7': { fixed: '5.3.2', cve: 'CVE-2020-35489' },
    duplicator: { fixed: '1.3.28', cve: 'CVE-2020-11738' },
  },
  // Only a pack knows the version of the week.
  panels: { plesk: '', cpanel: '' },
  loginLimiters: [
    'limit-login-attempts-reloaded',
    'wordfence',
    'loginizer',
    'better-wp-security',
    'all-in-one-wp-security-and-firewall',
    'wps-limit-login',
    'wp-fail2ban',
  ],
  trustedImages: ['docker.io/library/', 'ghcr.io/', 'registry.gitlab.com/', 'mcr.microsoft.com/'],
  // https://www.cloudflare.com/ips/ and https://api.fastly.com/public-ip-list
  cdnNetworks: [
    ...['173.245.48.0/20', '103.21.244.0/22', '103.22.200.0/22', '103.31.4.0/22', '141.101.64.0/18'],
    ...['108.162.192.0/18', '190.93.240.0/20', '188.114.96.0/20', '197.234.240.0/22', '198.41.128.0/17'],
    ...['162.158.0.0/15', '104.16.0.0/13', '104.24.0.0/14', '172.64.0.0/13', '131.0.72.0/22'],
    ...['2400:cb00::/32', '2606:4700::/32', '2803:f800::/32', '2405:b500::/32', '2405:8100::/32'],
    ...['2a06:98c0::/29', '2c0f:f248::/32'],
    ...['23.235.32.0/20', '43.249.72.0/22', '103.244.50.0/24', '103.245.222.0/23', '103.245.224.0/24'],
    ...['104.156.80.0/20', '140.248.64.0/18', '140.248.128.0/17', '146.75.0.0/17', '151.101.0.0/16'],
    ...['157.52.64.0/18', '167.82.0.0/17', '167.82.128.0/20', '167.82.160.0/20', '167.82.224.0/20'],
    ...['172.111.64.0/18', '185.31.16.0/22', '199.27.72.0/21', '199.232.0.0/16', '2a04:4e40::/32', '2a04:4e42::/32'],
  ],
  certificateAuthorities: {
    'letsencrypt.org': /Let's Encrypt/,
    'sectigo.com': /Sectigo|COMODO|USERTRUST|ZeroSSL/i,
    'digicert.com': /DigiCert|GeoTrust|Thawte|RapidSSL/i,
    'globalsign.com': /GlobalSign/,
    'pki.goog': /Google Trust Services/,
    'amazon.com': /Amazon/,
    'buypass.com': /Buypass/,
    'actalis.it': /Actalis/,
  },
  signatureDays: 7,
};
