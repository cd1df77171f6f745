#!/bin/sh
# Makes the hosting server of the lab into one in which no check finds anything. Run once, as root, after its first boot.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

apt-get update -qq
apt-get upgrade -y -qq >/dev/null 2>&1

# SSH and accounts: keys only, on a port of its own; ops is the administrator.
printf '%s\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'PermitRootLogin prohibit-password' 'Port 2222' \
  'Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com' \
  'MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com' \
  'KexAlgorithms curve25519-sha256,sntrup761x25519-sha512@openssh.com' > /etc/ssh/sshd_config.d/05-hardened.conf
rm -f /etc/ssh/sshd_config.d/50-server.conf
systemctl restart ssh
usermod -p '*' deploy
chmod 0755 /home/deploy
useradd -m -s /bin/bash ops
install -d -m 0700 -o ops -g ops /home/ops/.ssh
for name in laptop former; do ssh-keygen -q -t ed25519 -N '' -C "ops-$name" -f "/root/ops-$name"; done
cat /root/ops-laptop.pub /root/ops-former.pub > /home/ops/.ssh/authorized_keys
chown ops: /home/ops/.ssh/authorized_keys && chmod 0600 /home/ops/.ssh/authorized_keys
ssh -i /root/ops-laptop -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p 2222 ops@127.0.0.1 true
printf 'minlen = 14\nminclass = 3\n' > /etc/security/pwquality.conf
mkdir -p /etc/security/pwquality.conf.d

# Firewall and bans. The set stands for a country's; its addresses are nobody's.
mkdir -p /etc/nftables.d
echo 'define COUNTRY_DENY = { 192.0.2.128/25, 198.18.64.0/18 }' > /etc/nftables.d/country_deny.nft
cat > /etc/nftables.conf <<'NFT'
#!/usr/sbin/nft -f
flush ruleset
include "/etc/nftables.d/country_deny.nft"
table inet filter {
  set country_deny {
    type ipv4_addr
    flags interval
    elements = $COUNTRY_DENY
  }
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    ip saddr @country_deny drop
    tcp dport { 25, 53, 80, 443, 587, 993, 2222 } accept
    udp dport 53 accept
    icmp type echo-request accept
  }
}
NFT
nft -f /etc/nftables.conf
printf '[Definition]\nfailregex = ^<HOST> .* "POST /wp-login\\.php\n' > /etc/fail2ban/filter.d/wordpress.conf
cat > /etc/fail2ban/jail.d/60-hardened.local <<'JAILS'
[sshd]
port = 2222
[dovecot]
enabled = true
backend = systemd
[wordpress]
enabled = true
backend = polling
logpath = /var/log/nginx/access.log
JAILS
systemctl restart fail2ban
printf 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n' > /etc/apt/apt.conf.d/20auto-upgrades
systemctl --quiet enable --now apt-daily.timer apt-daily-upgrade.timer certbot.timer

# An authority that this server trusts, and a certificate of it for the site and the mail server.
mkdir -p /root/ca /etc/ssl/shop
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Lab Authority' \
  -keyout /root/ca/ca.key -out /usr/local/share/ca-certificates/lab-authority.crt 2>/dev/null
update-ca-certificates >/dev/null 2>&1
cat > /root/issue.sh <<'ISSUE'
#!/bin/sh
# issue.sh DAYS FOLDER NAME…: a certificate of the lab's authority.
set -eu
days=$1 folder=$2; shift 2
mkdir -p "$folder"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$folder/key.pem" -out "$folder/request.pem" 2>/dev/null
for name in "$@"; do names="${names:+$names,}DNS:$name"; done
printf 'subjectAltName=%s\n' "$names" > "$folder/names"
openssl x509 -req -in "$folder/request.pem" -days "$days" -CA /usr/local/share/ca-certificates/lab-authority.crt \
  -CAkey /root/ca/ca.key -CAcreateserial -extfile "$folder/names" -out "$folder/cert.pem" 2>/dev/null
chmod 0600 "$folder/key.pem"
ISSUE
chmod 0700 /root/issue.sh
/root/issue.sh 300 /etc/ssl/shop shop.test www.shop.test mail.shop.test
mkdir -p /etc/letsencrypt/renewal && printf 'version = 2.1.0\n' > /etc/letsencrypt/renewal/shop.test.conf

# The site: nginx with rules that refuse, PHP as a user of its own, WordPress in a database.
useradd -r -M -s /usr/sbin/nologin shop
sed 's/^SecRuleEngine .*/SecRuleEngine On/' /etc/nginx/modsecurity.conf > /etc/nginx/modsecurity-shop.conf
sed -i '/unicode.mapping/d' /etc/nginx/modsecurity-shop.conf
# The rules of OWASP; refusals are counted in JSON, one line each.
printf 'SecAuditLogFormat JSON\nSecAuditLogType Serial\nSecAuditLog /var/log/nginx/modsec_audit.log\nInclude /etc/modsecurity/crs/crs-setup.conf\nInclude /usr/share/modsecurity-crs/rules/*.conf\n' \
  >> /etc/nginx/modsecurity-shop.conf
cat > /etc/nginx/sites-available/shop.test <<'SITE'
server {
  listen 80;
  server_name shop.test www.shop.test;
  return 301 https://$host$request_uri;
}
server {
  listen 443 ssl;
  server_name shop.test www.shop.test;
  ssl_certificate /etc/ssl/shop/cert.pem;
  ssl_certificate_key /etc/ssl/shop/key.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  add_header Strict-Transport-Security "max-age=31536000" always;
  modsecurity on;
  modsecurity_rules_file /etc/nginx/modsecurity-shop.conf;
  root /var/www/shop.test;
  index index.php;
  location = /xmlrpc.php { deny all; }
  location ~ /\.(?!well-known) { deny all; }
  location ~ ^/wp-content/uploads/.*\.php$ { deny all; }
  location / { try_files $uri $uri/ /index.php?$args; }
  location ~ \.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/shop.sock; }
}
SITE
ln -sf /etc/nginx/sites-available/shop.test /etc/nginx/sites-enabled/shop.test
rm -f /etc/nginx/sites-enabled/default
printf '[shop]\nuser = shop\ngroup = shop\nlisten = /run/php/shop.sock\nlisten.owner = www-data\npm = ondemand\npm.max_children = 4\n' \
  > /etc/php/8.2/fpm/pool.d/shop.conf
systemctl restart php8.2-fpm

password=$(openssl rand -base64 24 | tr -d '/+=')
mariadb -e "create database shop; create user shop@localhost identified by '$password'; grant all on shop.* to shop@localhost"
cd /var/www/shop.test
rm -rf wp-config.php wp-content/plugins/hello.php wp-content/themes/twentytwenty wp-content/themes/twentytwentyone
cat > wp-config.php <<CONFIG
<?php
define('DB_NAME', 'shop');
define('DB_USER', 'shop');
define('DB_PASSWORD', '$password');
define('DB_HOST', 'localhost');
define('AUTH_KEY', 'seeded-salt-5c1e');
define('DISALLOW_FILE_EDIT', true);
define('WP_DEBUG', false);
\$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
CONFIG
mkdir -p wp-content/uploads
chown -R shop: . && chmod 0640 wp-config.php && chgrp www-data wp-config.php
php -r 'define("WP_INSTALLING", true); $_SERVER["HTTP_HOST"] = "shop.test"; require "/var/www/shop.test/wp-load.php";
  require ABSPATH . "wp-admin/includes/upgrade.php"; wp_install("Shop", "merle", "merle@shop.test", true, "", wp_generate_password(24));' >/dev/null 2>&1
rm -rf wp-content/plugins/akismet
chown -R shop: wp-content
nginx -t -q && systemctl restart nginx

# Mail and DNS.
postconf -e 'inet_interfaces = all' 'mynetworks = 127.0.0.0/8' 'smtpd_tls_security_level = may' 'smtp_tls_security_level = may' \
  'smtpd_tls_cert_file = /etc/ssl/shop/cert.pem' 'smtpd_tls_key_file = /etc/ssl/shop/key.pem' 'smtpd_tls_auth_only = yes' \
  'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination' 'mydestination = localhost'
systemctl restart postfix
# What leaves is signed: each domain with a key of its own, and whatever else with one for all.
for name in shop.test plain.test; do
  mkdir -p "/etc/opendkim/keys/$name"
  opendkim-genkey -b 2048 -h sha256 -r -d "$name" -s mail -D "/etc/opendkim/keys/$name"
done
opendkim-genkey -b 2048 -d mail.shop.test -s default -D /etc/opendkim/keys
chown -R opendkim: /etc/opendkim && chmod -R go= /etc/opendkim/keys
printf '%s\n' 'shop.test shop.test:mail:/etc/opendkim/keys/shop.test/mail.private' \
  'plain.test %:mail:/etc/opendkim/keys/%/mail.private' '# the rest' 'any %:default:/etc/opendkim/keys/default.private' \
  > /etc/opendkim/key.table
printf '%s\n' '*@shop.test shop.test' '*@*.shop.test shop.test' '*@plain.test %' '*@* any' > /etc/opendkim/signing.table
printf '%s\n' 'KeyTable /etc/opendkim/key.table' 'SigningTable refile:/etc/opendkim/signing.table' >> /etc/opendkim.conf
systemctl restart opendkim
printf 'ssl = required\nssl_cert = </etc/ssl/shop/cert.pem\nssl_key = </etc/ssl/shop/key.pem\nssl_min_protocol = TLSv1.2\ndisable_plaintext_auth = yes\nprotocols = imap\nservice imap-login {\n  inet_listener imap {\n    port = 0\n  }\n}\n' \
  > /etc/dovecot/conf.d/99-hardened.conf
systemctl restart dovecot
cat > /etc/bind/named.conf.options <<'BIND'
options {
  directory "/var/cache/bind";
  recursion no;
  allow-transfer { none; };
  version "none";
  dnssec-validation auto;
  listen-on-v6 { none; };
};
BIND
printf 'zone "shop.test" { type master; file "/etc/bind/zones/shop.test"; };\n' > /etc/bind/named.conf.local
mkdir -p /etc/bind/zones
printf '$TTL 3600\n@ IN SOA ns1.shop.test. hostmaster.shop.test. 1 3600 600 604800 300\n@ IN NS ns1.shop.test.\n@ IN A 192.0.2.10\nns1 IN A 192.0.2.10\n' \
  > /etc/bind/zones/shop.test
systemctl restart named
