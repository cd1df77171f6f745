#!/bin/sh
# Finds a certificate, or makes one, and becomes nginx.
#   /var/lib/muster-proxy/fullchain.pem and privkey.pem   yours, or what was made here the first time
#   MUSTER_PUBLIC_URL                                      names the host that a self-made certificate is for
set -eu

tls=/var/lib/muster-proxy
host=$(printf '%s' "${MUSTER_PUBLIC_URL:?is missing}" | sed -E 's#^[a-z]+://##; s#/.*$##; s#:[0-9]+$##; s#^\[(.*)\]$#\1#')

if [ ! -s "$tls/fullchain.pem" ] || [ ! -s "$tls/privkey.pem" ]; then
  case $host in
    *:*) name="IP:$host" ;;
    *[!0-9.]*) name="DNS:$host" ;;
    *) name="IP:$host" ;;
  esac
  umask 077
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 397 -subj "/CN=$host" \
    -addext "subjectAltName=$name" -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' \
    -addext 'extendedKeyUsage=serverAuth' -keyout "$tls/privkey.pem.new" -out "$tls/fullchain.pem.new" 2>/dev/null
  mv "$tls/privkey.pem.new" "$tls/privkey.pem"
  mv "$tls/fullchain.pem.new" "$tls/fullchain.pem"
  echo "A certificate for $host was made here, because none was given. Browsers and servers do not know it yet." >&2
fi

# Names are asked again every two seconds, so that a container that comes back with another address is found.
sed -nE 's/^nameserver[[:space:]]+([0-9.]+)[[:space:]]*$/resolver \1 valid=2s ipv6=off;/p' /etc/resolv.conf | head -n 1 \
  > /tmp/resolver.conf
[ -s /tmp/resolver.conf ] || { echo 'No name server in /etc/resolv.conf' >&2; exit 1; }

exec nginx -c /etc/muster-proxy/nginx.conf -g 'daemon off;'
