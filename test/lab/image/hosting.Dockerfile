# The lab's server with everything that a hosting server has and checks look at: a site with WordPress behind nginx with
# rules, PHP, databases, mail, DNS. As its packages install it; `hardened.sh` makes the twin that has no weakness.
FROM muster-lab-server
ENV DEBIAN_FRONTEND=noninteractive
RUN echo 'postfix postfix/main_mailer_type select Internet Site' | debconf-set-selections \
 && echo 'postfix postfix/mailname string mail.shop.test' | debconf-set-selections \
 && apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends \
      libnginx-mod-http-modsecurity modsecurity-crs php8.2-fpm php8.2-mysql mariadb-server postgresql redis-server memcached \
      postfix opendkim opendkim-tools dovecot-imapd bind9 bind9-utils certbot openssl unattended-upgrades libpam-pwquality lynis \
 && rm -rf /var/cache/apt/archives/*.deb
# Of WordPress its files only: its package would bring a web server of its own. Libraries that Debian keeps elsewhere are
# links into packages that are not here, and are left out.
RUN cd /tmp && apt-get download -qq wordpress && dpkg -x wordpress_*.deb wordpress && mkdir -p /var/www/shop.test \
 && { cp -aL wordpress/usr/share/wordpress/. /var/www/shop.test/ 2>/dev/null || test -f /var/www/shop.test/wp-load.php; } \
 && rm -rf /tmp/wordpress /tmp/wordpress_*.deb
COPY hardened.sh /root/hardened.sh
# A container has no user namespaces to give.
RUN mkdir -p /etc/systemd/system/redis-server.service.d \
 && printf '[Service]\nPrivateUsers=no\n' > /etc/systemd/system/redis-server.service.d/container.conf
