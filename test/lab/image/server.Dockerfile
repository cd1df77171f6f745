# One ordinary Debian server of a hosting company: systemd, sshd, fail2ban, nftables, a web server, cron, backups.
# Nothing of Muster is in it; the lab installs the agent with the same line a user runs.
ARG DEBIAN_IMAGE=debian:bookworm-slim
FROM ${DEBIAN_IMAGE}
ENV DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 container=docker
# netbase brings /etc/services, without which fail2ban lists a ban while its nft rule fails.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends \
      systemd systemd-sysv dbus openssh-server nftables fail2ban python3-systemd netbase rsyslog cron restic nginx-light \
      iproute2 procps sudo curl ca-certificates sqlite3 iputils-ping netcat-openbsd logrotate \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
# Units that wait for hardware or ask questions on first boot have no place in a container.
RUN systemctl mask systemd-firstboot.service systemd-networkd-wait-online.service systemd-udevd.service \
      systemd-udevd-kernel.socket systemd-udevd-control.socket getty.target console-getty.service \
 && systemctl enable ssh.service nftables.service fail2ban.service rsyslog.service cron.service nginx.service \
 && ssh-keygen -A && mkdir -p /run/sshd \
 && useradd --create-home --shell /bin/bash deploy && echo 'deploy:a-password-nobody-tries' | chpasswd
COPY fail2ban.local /etc/fail2ban/jail.d/50-server.local
COPY sshd.conf /etc/ssh/sshd_config.d/50-server.conf
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
