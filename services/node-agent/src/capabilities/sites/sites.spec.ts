// Against what nginx 1.22 and Apache 2.4 of Debian 12 printed in a container (fixtures/debian-12). The answer of Plesk's
// utility is written after its documentation (fixtures/plesk-documented); nobody has tried it on a Plesk.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readApache } from './apache.ts';
import { certificateIn, collectSites } from './collect.ts';
import type { ConfigFiles } from './config-files.ts';
import { readNginx } from './nginx.ts';
import { partsOf } from './parts.ts';
import { parseSubscriptions, PLESK, subscriptionOf } from './plesk.ts';

const recorded = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

/** `nginx -T` prints every file that it read under its path. */
function filesOfDump(dump: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const part of dump.split(/^# configuration file /m).slice(1)) {
    const end = part.indexOf(':\n');
    files.set(part.slice(0, end), part.slice(end + 2));
  }
  return files;
}

const OWNERS: Readonly<Record<string, number>> = { '/srv/kestrel/shop': 1000, '/srv/merle/www': 1001 };
function held(files: ReadonlyMap<string, string>): ConfigFiles {
  return {
    read: (path) => Promise.resolve(files.get(path)),
    matching: (pattern) => {
      const fits = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
      return Promise.resolve([...files.keys()].filter((path) => fits.test(path)).sort());
    },
    ownerOf: (path) => Promise.resolve(OWNERS[path]),
  };
}

const nginx = filesOfDump(recorded('debian-12/nginx-T.txt'));
const apache = new Map([
  ['/etc/apache2/apache2.conf', 'ServerRoot "/etc/apache2"\nIncludeOptional sites-enabled/*.conf\n'],
  ['/etc/apache2/envvars', 'SUFFIX=\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n'],
  ['/etc/apache2/sites-enabled/kestrel.conf', recorded('debian-12/apache-kestrel.conf')],
  ['/etc/apache2/sites-enabled/merle.conf', recorded('debian-12/apache-merle.conf')],
]);
const host = new Map([
  ...nginx,
  ...apache,
  [
    '/etc/passwd',
    'root:x:0:0::/root:/bin/sh\nkestrel:x:1000:1000::/home/kestrel:/bin/sh\nmerle:x:1001:1001::/home/merle:/bin/sh\n',
  ],
  [
    '/etc/ssl/sites/kestrel.pem',
    `-----BEGIN PRIVATE KEY-----\nsecret-of-the-host\n-----END PRIVATE KEY-----\n${recorded('debian-12/certificate.pem')}`,
  ],
]);
const noPlesk = () => Promise.resolve({ code: 127, stdout: '', stderr: '', durationMs: 0 });
const collect = () => collectSites({ files: held(host), exec: noPlesk, exists: (path) => host.has(path) });

describe('nginx', () => {
  it('reads every server block of the dump, through its includes', async () => {
    const sites = await readNginx('/etc/nginx/nginx.conf', held(nginx));
    expect(sites.map(({ names, root }) => [names, root])).toEqual([
      [[], '/var/www/html'],
      [['shop.kestrel.example', 'www.shop.kestrel.example'], null],
      [['shop.kestrel.example', 'www.shop.kestrel.example'], '/srv/kestrel/shop'],
      [['blog.kestrel.example'], '/srv/kestrel/blog'],
      [['merle.example', '*.merle.example'], '/srv/merle/www'],
    ]);
  });

  it('names the logs of a site, and the shared one where it has none of its own', async () => {
    const sites = await readNginx('/etc/nginx/nginx.conf', held(nginx));
    expect(sites.map(({ logs }) => logs)).toEqual([
      ['/var/log/nginx/access.log'],
      ['/var/log/nginx/access.log'],
      ['/var/log/sites/kestrel-shop.access.log', '/var/log/sites/kestrel-shop.error.log'],
      ['/var/log/sites/kestrel-blog.access.log'],
      ['/var/log/sites/merle.access.log'],
    ]);
  });

  it.each([
    ['a loop of includes', 'http { include nginx.conf; server { server_name a.example; } }'],
    ['a block that never ends', 'http { server { server_name a.example; location / {'],
    ['quotes that never end', 'http { server { server_name a.example; root "/srv'],
  ])('ends on %s', async (_, text) => {
    const sites = await readNginx('/etc/nginx/nginx.conf', held(new Map([['/etc/nginx/nginx.conf', text]])));
    expect(sites[0]?.names).toEqual(['a.example']);
  });
});

describe('Apache', () => {
  it('finds the virtual hosts that apachectl -S lists', async () => {
    const sites = await readApache('/etc/apache2/apache2.conf', '/etc/apache2/envvars', held(apache));
    const listed = new Set(
      [...recorded('debian-12/apachectl-S.txt').matchAll(/(?:namevhost|\d+ {14,}|:8443 +)\s*([a-z.]+\.example)/g)].map(
        ([, name]) => name,
      ),
    );
    expect(new Set(sites.map(({ names: [name] }) => name))).toEqual(listed);
  });

  it('puts variables and continued lines together, and leaves pipes out', async () => {
    const [shop, secure] = await readApache('/etc/apache2/apache2.conf', '/etc/apache2/envvars', held(apache));
    expect(shop).toMatchObject({
      names: ['shop.kestrel.example', 'www.shop.kestrel.example', 'cdn.shop.kestrel.example'],
      root: '/srv/kestrel/shop',
      logs: ['/var/log/apache2/kestrel-error.log', '/var/log/apache2/kestrel-access.log'],
    });
    expect(secure).toMatchObject({ certificate: '/etc/ssl/sites/kestrel.pem', logs: [] });
  });
});

describe('a server’s sites', () => {
  it('are one for each first name, with owner and certificate', async () => {
    const { sites } = await collect();
    expect(sites.map(({ name, software, owner }) => [name, software, owner])).toEqual([
      ['shop.kestrel.example', ['apache', 'nginx'], 'kestrel'],
      ['blog.kestrel.example', ['nginx'], null],
      ['merle.example', ['nginx'], 'merle'],
      ['old.merle.example', ['apache'], 'merle'],
    ]);
    expect(sites[0]?.certificate).toMatchObject({
      names: ['shop.kestrel.example', 'www.shop.kestrel.example'],
      issuer: 'shop.kestrel.example',
    });
  });

  it('have no log that the nameless virtual host writes as well', async () => {
    const { sites } = await collect();
    expect(sites.flatMap(({ logs }) => logs)).not.toContain('/var/log/nginx/access.log');
  });

  it('carry no secret of the files they were read from', async () => {
    const said = JSON.stringify(await collect());
    for (const secret of ['hunter2', 's3cret', 't0ken', 'secret-of-the-host', 'htpasswd', 'kestrel.key']) {
      expect(said, secret).not.toContain(secret);
    }
  });

  it('belong to the subscription of their folder, as Plesk’s utility is documented to list them', async () => {
    const stdout = recorded('plesk-documented/subscription-list.txt');
    const subscriptions = parseSubscriptions(stdout);
    expect(subscriptionOf('/var/www/vhosts/kestrel.example/shop', subscriptions)).toBe('kestrel.example');
    expect(subscriptionOf('/var/www/vhosts/stranger.example/httpdocs', subscriptions)).toBe(null);
    const { sources } = await collectSites({
      files: held(new Map()),
      exec: () => Promise.resolve({ code: 0, stdout, stderr: '', durationMs: 1 }),
      exists: (path) => path === PLESK,
    });
    expect(sources).toEqual([{ software: 'plesk', version: null, problem: null }]);
  });

  it('travel in parts that fit a frame', async () => {
    const { sources, sites } = await collect();
    const [site] = sites;
    if (!site) throw new Error('no site was found');
    const many = Array.from({ length: 3000 }, (_, index) => ({ ...site, name: `site-${index}.example` }));
    const parts = partsOf({ sources, sites: many }, new Date());
    expect(parts.flatMap(({ sites: some }) => some)).toHaveLength(3000);
    expect(Math.max(...parts.map((part) => Buffer.byteLength(JSON.stringify(part))))).toBeLessThan(300 * 1024);
    expect(partsOf({ sources, sites: [] }, new Date())).toHaveLength(1);
  });
});

it('a file that holds no certificate is none', () => {
  expect(certificateIn('-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----')).toBe(null);
  expect(certificateIn('')).toBe(null);
});
