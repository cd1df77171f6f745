// The prober's look at a real hosting server: BIND with signed and unsigned zones, behind a BIND that validates; nginx,
// Postfix and Redis as their packages bring them; a firewall that keeps one port from the world.
import { lookAt, type LookSettings } from '@muster/control-plane/domains/posture/prober/look';
import { PATIENCE } from '@muster/control-plane/domains/posture/prober/reach';
import { Names } from '@muster/control-plane/domains/posture/prober/resolver';
import { WEB_PORTS } from '@muster/control-plane/domains/posture/prober/sites';
import type { ProbeReport } from '@muster/contracts/posture';
import { ipRange } from '@muster/kernel/ip-range';
import { judgeServer } from '@muster/posture/judge';
import { posturePolicy } from '@muster/posture/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from '../../lab/docker.ts';
import { buildHostingImage, HOSTING_IMAGE } from '../../lab/images.ts';
import { TEST_LAB } from '../../lab/lab.setup.ts';
import { bootServer, type Machine } from '../../lab/machine.ts';

const VALIDATING = 5353;
/** Of Cloudflare. */
const CDN = '104.16.1.1';

let machine: Machine;
let reports: ReadonlyMap<string, ProbeReport>;

beforeAll(async () => {
  await buildHostingImage();
  machine = await bootServer(TEST_LAB, TEST_LAB, 'vie-edge-01', HOSTING_IMAGE);
  await machine.untilBooted();
  await machine.sh('cat > /root/serve.sh && sh /root/serve.sh', {
    input: serving(machine.address),
    deadlineMs: 120_000,
  });
  const settings: LookSettings = {
    networks: [ipRange(`${machine.address}/32`)],
    names: new Names([`${machine.address}:${VALIDATING}`]),
    selectors: ['default', 'mail'],
    patience: PATIENCE,
    ports: WEB_PORTS,
  };
  const seen = await lookAt(
    {
      seenFrom: machine.address,
      claimed: [machine.address],
      hostname: 'vie-edge-01.test',
      listening: [25, 53, 80, 443, 3306, 6379],
      names: ['shop.test', 'plain.test', 'bad.test', 'ending.test', 'fronted.test', 'gone.test'],
      signing: ['shop.test', 'plain.test'].map((domain) => ({ domain, selector: 'default', sha256: null })),
    },
    settings,
  );
  reports = new Map(seen.map((report) => [report.probe, report]));
}, 600_000);
afterAll(async () => {
  if (machine !== undefined) await docker(['rm', '-f', '-v', machine.container]);
});

const reading = (probe: string): unknown => {
  expect(reports.get(probe)?.error).toBeNull();
  return reports.get(probe)?.reading;
};
const found = (id: string) =>
  judgeServer(reports, { policy: posturePolicy, now: new Date() })
    .filter(({ check }) => check.id === id)
    .flatMap(({ failures }) => failures);

describe('a hosting server from outside', () => {
  it('answers on what listens to the world, and not on what its firewall keeps back', () => {
    const at = (port: number, state: string) => ({ address: machine.address, port, state });
    expect(reading('outside-ports')).toMatchObject({
      ports: expect.arrayContaining([
        ...[at(25, 'open'), at(53, 'open'), at(80, 'open'), at(443, 'open'), at(6379, 'open')],
        ...[at(3306, 'silent'), at(5432, 'closed')],
      ]),
    });
  });

  it('shows nginx’s certificate and protocols, and Postfix’s by STARTTLS', () => {
    expect(reading('outside-tls')).toMatchObject({
      services: expect.arrayContaining([
        expect.objectContaining({ kind: 'https', name: 'shop.test', protocols: ['TLSv1.2', 'TLSv1.3'] }),
        expect.objectContaining({ kind: 'smtp', port: 25, answered: 'tls' }),
      ]),
    });
    expect(found('OUT-002').map(({ subject }) => subject)).toContain('site shop.test');
    expect(found('PLK-005')[0]?.evidence).toMatchObject({
      service: 'smtp',
      port: 25,
      wrong: expect.stringContaining('self-signed'),
    });
  });

  it('keeps the visitors of one site on https, and not those of the other', () => {
    expect(found('OUT-004').map(({ subject }) => subject)).toEqual(['site ending.test', 'site plain.test']);
  });

  it('has an origin that answers past its CDN', () => {
    expect(found('WEB-012').map(({ evidence }) => evidence)).toEqual([
      { name: 'fronted.test', leads: CDN, status: 200 },
    ]);
  });

  it('has signed zones, one that soon is not, one whose signatures do not hold, and unsigned ones', () => {
    const domain = (name: string, dnssec: unknown, caa: unknown) => expect.objectContaining({ name, dnssec, caa });
    const none = { at: '', issuers: [] };
    const signed = { state: 'signed', until: expect.any(String) };
    expect(reading('outside-names')).toMatchObject({
      domains: [
        domain('bad.test', { state: 'broken', until: null }, null),
        domain('ending.test', signed, none),
        domain('fronted.test', { state: 'unsigned', until: null }, none),
        domain('plain.test', { state: 'unsigned', until: null }, none),
        domain('shop.test', signed, { at: 'shop.test', issuers: ['letsencrypt.org'] }),
      ],
    });
    const subjects = found('DNS-002').map(({ subject }) => subject);
    expect(subjects).toEqual(['domain bad.test', 'domain ending.test', 'domain fronted.test', 'domain plain.test']);
  });

  it('publishes a key where it says that it signs with one, for one domain and not for the other', () => {
    const key = { type: 'rsa', bits: 2048, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(reading('outside-dkim')).toMatchObject({
      published: [
        { domain: 'shop.test', selector: 'default', here: true, keys: [key] },
        { domain: 'plain.test', selector: 'default', here: true, keys: [] },
      ],
      left: 0,
    });
  });

  it('is told which mail is its own, for one domain and not for the other', () => {
    expect(reading('outside-names')).toMatchObject({
      domains: expect.arrayContaining([
        expect.objectContaining({
          name: 'shop.test',
          mail: expect.objectContaining({
            here: true,
            spf: { records: 1, record: 'v=spf1 mx -all', lookups: 1, all: '-', allowsServer: true, problem: null },
            dmarc: { at: '_dmarc.shop.test', policy: 'reject', reports: true },
            dkim: [{ selector: 'default', type: 'rsa', bits: 2048 }],
          }),
        }),
      ]),
    });
    for (const id of ['MAIL-004', 'MAIL-006'])
      expect(found(id).map(({ subject }) => subject)).toEqual(['domain plain.test']);
    expect(found('MAIL-004')[0]?.evidence).toMatchObject({
      wrong: 'everybody else may send, this server is not in it',
    });
  });
});

function serving(address: string): string {
  return String.raw`set -eu
cd /var/lib/bind
openssl genrsa -out /root/dkim.key 2048 2>/dev/null
dkim=$(openssl rsa -in /root/dkim.key -pubout -outform DER 2>/dev/null | base64 -w 200 | sed 's/.*/"&"/' | tr '\n' ' ')
zone() {
  printf '$TTL 300\n@ IN SOA ns.%s. host.%s. 1 3600 600 604800 300\n@ IN NS ns.%s.\nns IN A ${address}\n' $1 $1 $1 > $1.zone
  cat >> $1.zone
}
sign() {
  for flag in '-f KSK' ''; do cat $(dnssec-keygen -q -a ECDSAP256SHA256 $flag $1).key >> $1.zone; done
  dnssec-signzone -Q -e now+$2 -o $1 $1.zone > /dev/null
  mv $1.zone.signed $1.zone
}
anchor() { sed -n "s/^$1\. .*DNSKEY 257 3 13 \(.*\)/$2. static-key 257 3 13 \"\1\";/p" K$1.+013+*.key; }
zone shop.test <<ZONE
@ IN A ${address}
@ IN MX 10 mail
mail IN A ${address}
@ IN CAA 0 issue "letsencrypt.org"
@ IN TXT "v=spf1 mx -all"
_dmarc IN TXT "v=DMARC1; p=reject; rua=mailto:dmarc@shop.test"
default._domainkey IN TXT "v=DKIM1; k=rsa; p=" $dkim
ZONE
zone plain.test <<ZONE
@ IN A ${address}
@ IN MX 10 mail
mail IN A ${address}
@ IN TXT "v=spf1 ip4:192.0.2.1 ?all"
ZONE
for name in bad.test ending.test; do echo '@ IN A ${address}' | zone $name; done
echo '@ IN A ${CDN}' | zone fronted.test
# What is above them all, so that a name that is not there is told to be so.
zone test < /dev/null
sign shop.test 2592000
sign bad.test 2592000
sign ending.test 86400
for name in test shop.test plain.test bad.test ending.test fronted.test; do
  echo "zone \"$name\" { type primary; file \"/var/lib/bind/$name.zone\"; };"
done > /etc/bind/named.conf.local
cat > /etc/bind/named.conf.options <<CONF
options { directory "/var/cache/bind"; recursion no; dnssec-validation no; listen-on-v6 { none; }; };
CONF
cat > /etc/bind/validating.conf <<CONF
options {
  directory "/var/cache/bind";
  listen-on port ${VALIDATING} { any; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion yes;
  allow-recursion { any; };
  forward only;
  forwarders { 127.0.0.1 port 53; };
  dnssec-validation yes;
};
controls { };
trust-anchors {
$(anchor shop.test shop.test)
$(anchor ending.test ending.test)
$(anchor shop.test bad.test)
};
CONF
named-checkconf /etc/bind/named.conf
named-checkconf /etc/bind/validating.conf
systemctl restart named
systemd-run -q --unit validating named -f -u bind -c /etc/bind/validating.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj /CN=shop.test \
  -addext subjectAltName=DNS:shop.test -keyout /etc/ssl/spec.key -out /etc/ssl/spec.pem 2>/dev/null
cat > /etc/nginx/sites-enabled/default <<'NGINX'
server { listen 80 default_server; location / { return 200 "hello"; } }
server {
  listen 80;
  server_name shop.test;
  return 301 https://shop.test/;
}
server {
  listen 443 ssl default_server;
  server_name shop.test fronted.test;
  ssl_certificate /etc/ssl/spec.pem;
  ssl_certificate_key /etc/ssl/spec.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  add_header Strict-Transport-Security "max-age=31536000" always;
  location / { return 200 "hello"; }
}
NGINX
nginx -t -q && systemctl reload-or-restart nginx
postconf -e 'inet_interfaces = all' 'smtpd_tls_security_level = may' \
  'smtpd_tls_cert_file = /etc/ssl/spec.pem' 'smtpd_tls_key_file = /etc/ssl/spec.key'
systemctl restart postfix
sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/' /etc/redis/redis.conf
systemctl restart redis-server
printf '[mysqld]\nbind-address = 0.0.0.0\n' > /etc/mysql/mariadb.conf.d/99-open.cnf
systemctl restart mariadb
nft add table inet spec
nft 'add chain inet spec input { type filter hook input priority 0; }'
nft add rule inet spec input tcp dport 3306 drop
`;
}
