#!/bin/sh
# A DNS of its own on loopback, from a root that is signed down to zones that hold and zones that do not, for the recording of
# what a real BIND answers (dnssec.spec.ts says how). Wants bind9, bind9-utils, iproute2 and NET_ADMIN.
#   port 53: a resolver that validates; port 5302: one that does not
set -eu
mkdir -p /zones && cd /zones
ip address add 127.0.0.2/8 dev lo

zone() {
  printf '$TTL 300\n@ SOA ns. host. 1 3600 600 86400 300\n@ NS ns.\n@ A 192.0.2.10\nshop A 192.0.2.11\n' > "db.$1"
}
keys() {
  dnssec-keygen -q -a ECDSAP256SHA256 "$1" > /dev/null
  dnssec-keygen -q -a ECDSAP256SHA256 -f KSK "$1" > /dev/null
}
# sign ORIGIN FILE START END
# -P: what it makes is not to hold everywhere.
sign() { dnssec-signzone -q -P -S -K . -o "$1" -s "$3" -e "$4" -f "$2.signed" "$2" > /dev/null; }

for name in signed broken island plain; do zone "$name"; done
for name in signed broken island; do keys "$name"; done
sign signed db.signed 20260101000000 20360101000000
sign island db.island 20260101000000 20360101000000
# Its signatures have ended.
sign broken db.broken 20240101000000 20250101000000

{
  printf '$TTL 300\n. SOA ns. host. 1 3600 600 86400 300\n. NS ns.\nns. A 127.0.0.2\n'
  for name in signed broken island plain; do printf '%s. NS ns.\n' "$name"; done
  cat dsset-signed. dsset-broken.
} > db.root
keys .
sign . db.root 20260101000000 20360101000000

printf '. 300 NS ns.\nns. 300 A 127.0.0.2\n' > hints
anchor=$(grep -h 'DNSKEY 257' K.+*.key | sed 's/.*DNSKEY 257 3 13 //; s/ *;.*//')

cat > authority.conf <<CONF
options { directory "/zones"; listen-on { 127.0.0.2; }; listen-on-v6 { none; }; recursion no; pid-file none; notify no; };
controls { };
zone "." { type primary; file "db.root.signed"; };
zone "signed" { type primary; file "db.signed.signed"; };
zone "broken" { type primary; file "db.broken.signed"; };
zone "island" { type primary; file "db.island.signed"; };
zone "plain" { type primary; file "db.plain"; };
CONF
resolver() {
  cat <<CONF
options { directory "/zones"; listen-on port $1 { !127.0.0.2; any; }; listen-on-v6 { none; }; recursion yes; allow-recursion { any; };
  allow-query { any; }; allow-query-cache { any; }; pid-file none; empty-zones-enable no; qname-minimization off; dnssec-validation $2; };
controls { };
trust-anchors { . static-key 257 3 13 "$anchor"; };
zone "." { type hint; file "hints"; };
CONF
}
resolver 53 yes > resolver.conf
resolver 5302 no > trusting.conf
named -c /zones/authority.conf
named -c /zones/trusting.conf
exec named -g -c /zones/resolver.conf
