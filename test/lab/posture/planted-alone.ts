// States of a server that do not go together with the others: each is planted and recorded alone.
import { KEPT, type Weakness } from './weakness.ts';

/** A program of no package that has worked for 40 minutes: what the agent saw an hour ago is planted with it. Takes a minute. */
export const BUSY_PROGRAM: Weakness = {
  check: 'PER-007',
  shows: 'program /opt/worker',
  plant:
    'cp /usr/bin/openssl /opt/worker && systemd-run --quiet --unit=worker /opt/worker speed -seconds 900 sha256 && sleep 64 && ' +
    `mkdir -p ${KEPT} && pid=$(systemctl show -P MainPID worker) && now=$(date +%s) && ` +
    `printf '{"at":%s,"programs":{"%s":{"used":%s,"since":%s}},"containers":{}}' ` +
    `$((now - 62)) $pid $(($(ps -o times= -p $pid) - 61)) $((now - 2400)) > ${KEPT}/busy.json`,
  remove: `systemctl stop worker && rm /opt/worker ${KEPT}/busy.json`,
};

/** chrony that may not set the clock, as in a container: no server answers it, and then it is a source of its own. */
export const CLOCKS: readonly (readonly [folder: string, plant: string])[] = [
  [
    'debian-12-unsynchronised',
    'apt-get install -y -qq --no-install-recommends chrony > /dev/null 2>&1; mkdir -p /run/chrony && chown _chrony /run/chrony && ' +
      `printf 'server 192.0.2.1 iburst\\n' > /root/chrony.conf && systemd-run --quiet --unit=weak-clock chronyd -x -d -f /root/chrony.conf && sleep 3`,
  ],
  [
    'debian-12-chrony',
    `systemctl stop weak-clock; printf 'local stratum 8\\n' > /root/chrony.conf && systemd-run --quiet --unit=weak-clock chronyd -x -d -f /root/chrony.conf && sleep 5`,
  ],
];

/** Rspamd in the place of OpenDKIM, with keys named by domain and one that lies elsewhere. Takes a minute to install. */
export const RSPAMD_SIGNS =
  'systemctl stop opendkim && apt-get install -y -qq --no-install-recommends rspamd > /dev/null && ' +
  'mkdir -p /var/lib/rspamd/dkim /etc/rspamd/keys && cd /var/lib/rspamd/dkim && ' +
  'rspamadm dkim_keygen -s dkim -d shop.test -b 2048 -k shop.test.dkim.key > shop.test.dkim.txt && ' +
  'openssl genpkey -algorithm ed25519 -out /etc/rspamd/keys/plain.pem && ' +
  'rspamadm dkim_keygen -s raw -d plain.test -t ed25519 -k /etc/rspamd/keys/raw.key > /dev/null && ' +
  `printf 'domain {\\n  plain.test {\\n    selectors [\\n      { selector = "ed"; path = "/etc/rspamd/keys/plain.pem"; },\\n      { selector = "raw"; path = "/etc/rspamd/keys/raw.key"; }\\n    ]\\n  }\\n}\\n' > /etc/rspamd/local.d/dkim_signing.conf && ` +
  'chown -R _rspamd: /var/lib/rspamd/dkim && systemctl restart rspamd';

/**
 * Countries kept out by others than nft: by sets of ipset, of which one has lapsed, as iptables and csf ask them; by rules that
 * csf writes without ipset; by an old iptables; by firewalld. Each takes the place of the one before.
 */
export const COUNTRY_FIREWALLS: readonly (readonly [folder: string, plant: string])[] = [
  [
    'debian-12-ipset',
    'apt-get install -y -qq --no-install-recommends ipset iptables > /dev/null && nft flush ruleset && ' +
      'ipset create cc_cn hash:net && ipset add cc_cn 192.0.2.128/25 && ipset create country-eu hash:net timeout 86400 && ' +
      'ipset create cc_spare hash:net && mkdir -p /var/lib/csf/zone && touch /var/lib/csf/zone/cn.zone && ' +
      'iptables -N CC_DENY && iptables -A CC_DENY -m set --match-set cc_cn src -j DROP && iptables -I INPUT -j CC_DENY && ' +
      'iptables -A INPUT -m set --match-set country-eu src -j DROP',
  ],
  ['debian-12-ipset-empty', 'ipset flush cc_cn'],
  [
    'debian-12-country-chain',
    'iptables -F && for set in $(ipset -n list); do ipset destroy $set; done && ' +
      'iptables -A CC_DENY -s 192.0.2.128/25 -j DROP && iptables -A CC_DENY -s 198.18.64.0/18 -j DROP && iptables -I INPUT -j CC_DENY',
  ],
  [
    'debian-12-iptables-legacy',
    'nft flush ruleset && ipset create blocked hash:net && iptables-legacy -A INPUT -m set --match-set blocked src -j DROP',
  ],
  [
    'debian-12-firewalld',
    'iptables-legacy -F && ipset destroy blocked && rm -r /var/lib/csf && ' +
      'apt-get install -y -qq --no-install-recommends firewalld > /dev/null && systemctl stop firewalld && nft flush ruleset && ' +
      'firewall-offline-cmd -q --new-ipset=country-cn --type=hash:net && ' +
      'firewall-offline-cmd -q --ipset=country-cn --add-entry=192.0.2.128/25 && ' +
      `firewall-offline-cmd -q --zone=public --add-rich-rule='rule source ipset=country-cn drop' && systemctl start firewalld && sleep 3`,
  ],
];

/** Breaks sshd's own answers, so it is planted alone. */
export const BROKEN_SSHD: Weakness = {
  check: 'SSH-009',
  shows: 'Bogus',
  plant: `printf 'Bogus yes\\n' > /etc/ssh/sshd_config.d/99-broken.conf`,
  remove: 'rm /etc/ssh/sshd_config.d/99-broken.conf',
};
