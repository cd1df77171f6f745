#!/bin/sh
# Installs the Muster agent on a server with systemd. Run it again to update: an enrolled server keeps its identity.
#   sudo sh muster-install.sh --server https://muster.example                    the token is asked for
#   sudo sh muster-install.sh --server https://muster.example --token-file FILE
# Undo everything: sudo muster-agent uninstall
set -eu

# Filled in when the tarballs are built. What a download must hash to is said by the release key, whose manifest is verified
# below, from the root key that the token names (or that this server pinned when it was enrolled) downwards.
VERSION='@VERSION@'

ROOT=/opt/muster-agent
USERS_WE_MADE=$ROOT/users-we-made

say() { printf '%s\n' "$*"; }
step() { printf '  %s\n' "$*"; }
fail() { printf 'muster-install: %s\n' "$*" >&2; exit 1; }
usage() { fail "$1
usage: sh muster-install.sh --server URL [--token-file FILE]   (without --token-file the token is read from standard input)"; }

server='' token_file=''
while [ "$#" -gt 0 ]; do
  case $1 in
    --server) [ "$#" -ge 2 ] || usage '--server needs an address'; server=$2; shift 2 ;;
    --token-file) [ "$#" -ge 2 ] || usage '--token-file needs a path'; token_file=$2; shift 2 ;;
    --token|--token=*) fail 'A token does not belong on the command line, where every user of this machine can read it; use --token-file or standard input' ;;
    *) usage "\"$1\" is not an option" ;;
  esac
done
case $server in
  http://?*|https://?*) server=${server%/} ;;
  '') usage '--server is missing' ;;
  *) usage "--server: \"$server\" is not accepted; give an address like https://muster.example" ;;
esac

[ "$(id -u)" -eq 0 ] || fail 'needs root: run it with sudo'
[ "$(uname -s)" = Linux ] || fail "runs on Linux only, this is $(uname -s)"
[ -d /run/systemd/system ] || fail 'needs systemd as the first process'
for program in systemctl tar gzip sha256sum useradd base64 openssl; do
  command -v "$program" >/dev/null 2>&1 || fail "needs $program, which is not installed"
done
if command -v curl >/dev/null 2>&1; then
  download() { curl -fsS --proto '=http,https' --retry 3 --max-time 600 -o "$2" "$1"; }
elif command -v wget >/dev/null 2>&1; then
  download() { wget -q --tries=3 --timeout=60 -O "$2" "$1"; }
else
  fail 'needs curl or wget'
fi
case $(uname -m) in
  x86_64|amd64) arch=x64 ;;
  aarch64|arm64) arch=arm64 ;;
  *) fail "there is no agent for $(uname -m)" ;;
esac
case $(openssl version) in
  'OpenSSL 0.'*|'OpenSSL 1.'*|'') fail 'needs OpenSSL 3 to verify the release; nothing was installed' ;;
esac

enrolled=no
[ -f /var/lib/muster-agent/agent.json ] && enrolled=yes
token=''
if [ "$enrolled" = no ]; then
  if [ -n "$token_file" ]; then
    [ -r "$token_file" ] || fail "cannot read $token_file"
    token=$(head -c 4096 "$token_file")
  else
    if [ -t 0 ]; then
      printf 'Enrolment token (not shown): '
      trap 'stty echo' EXIT; stty -echo
      IFS= read -r token || :
      stty echo; trap - EXIT; printf '\n'
    else
      IFS= read -r token || :
    fi
  fi
  case $token in muster1.*) ;; *) fail 'the enrolment token is missing or is none: it begins with "muster1."' ;; esac
fi

say "Muster agent $VERSION for linux-$arch from $server"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=muster-agent-$VERSION-linux-$arch.tar.gz

# Who signed this release? Nothing that was downloaded runs, or is unpacked, before this is answered.
download "$server/agent/releases/$name/proof" "$work/proof" ||
  fail "this control plane offers no signed agent for $arch"
# part WORD FILE: one line of the proof, decoded.
part() { sed -n "s/^$1 //p" "$work/proof" | head -n 1 | base64 -d > "$2" 2>/dev/null || fail 'the proof of the release cannot be read'; }
part root-key "$work/root.key"
part keyset "$work/keyset"
part keyset-signature "$work/keyset.sig"
part release "$work/release"
part release-signature "$work/release.sig"
release_key=$(sed -n 's/^release-key //p' "$work/proof" | head -n 1)
case $release_key in *[!0-9a-f]*|'') fail 'the proof of the release names no key' ;; esac

# signed_by KEY PURPOSE FILE SIGNATURE: Ed25519 over the purpose, a zero byte, and the file.
signed_by() {
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cat "$1"; } > "$work/key.der"
  { printf '%s\000' "$2"; cat "$3"; } > "$work/said"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$work/said" -sigfile "$4" >/dev/null 2>&1
}
# What is read with these was signed: it is canonical JSON, with one spelling of every field.
value() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2" | head -n 1; }
serial() { sed -n 's/.*"serial":\([0-9]*\).*/\1/p' "$1"; }
earlier() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | LC_ALL=C sort | head -n 1)" = "$1" ]; }

[ "$(wc -c < "$work/root.key")" -eq 32 ] || fail 'the proof of the release holds no root key'
if [ "$enrolled" = no ]; then
  [ "$(sha256sum < "$work/root.key" | cut -c1-32)" = "${token##*.}" ] ||
    fail 'the control plane that answered has another root key than the token names. Somebody may be in between: nothing was installed'
else
  pinned=/var/lib/muster-privd/server.json
  [ -f "$pinned" ] || pinned=/var/lib/muster-agent/agent.json
  tr -d ' \n' < "$pinned" > "$work/pinned"
  [ "$(base64 < "$work/root.key" | tr -d '\n')" = "$(value rootKey "$work/pinned")" ] ||
    fail 'the control plane that answered has another root key than this server pinned: nothing was installed'
fi
signed_by "$work/root.key" muster/keyset/v1 "$work/keyset" "$work/keyset.sig" ||
  fail 'the list of good keys is not signed by the root key: nothing was installed'
if sed -n 's/.*"revoked":\[\([^]]*\)\].*/\1/p' "$work/keyset" | grep -q "$release_key"; then
  fail "the release key $release_key is revoked: nothing was installed"
fi
if [ -f /var/lib/muster-privd/keyset.json ]; then
  value body /var/lib/muster-privd/keyset.json | base64 -d > "$work/held"
  [ "$(serial "$work/keyset")" -ge "$(serial "$work/held")" ] ||
    fail 'the list of good keys is older than the one this server holds: nothing was installed'
fi
tr '{' '\n' < "$work/keyset" | grep '"use":"release"' | grep "\"id\":\"$release_key\"" > "$work/entry" ||
  fail "the root key does not vouch for the release key $release_key: nothing was installed"
now=$(date -u +%Y-%m-%dT%H:%M:%S)
if earlier "$(value notAfter "$work/entry")" "$now"; then
  fail "the release key $release_key is no longer good; is the clock of this server right?"
fi
value publicKey "$work/entry" | base64 -d > "$work/release.key"
signed_by "$work/release.key" muster/release/v1 "$work/release" "$work/release.sig" ||
  fail 'the release is not signed by the release key: nothing was installed'
[ "$(value version "$work/release") $(value arch "$work/release")" = "$VERSION $arch" ] ||
  fail "what was signed is not agent $VERSION for $arch: nothing was installed"
if earlier "$(value expiresAt "$work/release")" "$now"; then
  fail "the signature of agent $VERSION lapsed; sign it anew on the control plane"
fi
floor=$(sed -n 's/^version=//p' /var/lib/muster-privd/update/floor 2>/dev/null || :)
if [ -n "$floor" ] && [ "$(printf '%s\n%s\n' "$floor" "$VERSION" | sort -V | head -n 1)" != "$floor" ]; then
  fail "agent $VERSION is below the security floor $floor of this server: nothing was installed"
fi
expected=$(value sha256 "$work/release")
step 'the release key, for which the root key vouches, signed this release'

step "downloading $name"
download "$server/agent/releases/$name" "$work/$name" || fail "$server/agent/releases/$name could not be downloaded"
actual=$(sha256sum "$work/$name" | cut -d' ' -f1)
[ "$actual" = "$expected" ] || fail "the download is not what was signed and was not unpacked:
  expected $expected
  got      $actual"
step 'the download is what was signed'

umask 022
mkdir -p "$ROOT/versions"
touch "$USERS_WE_MADE"
for user in muster-agent muster-guard; do
  id -u "$user" >/dev/null 2>&1 && continue
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  echo "$user" >> "$USERS_WE_MADE"
  step "created the user $user, which cannot log in"
done
# agentd reads what the guard wrote down and, where the group exists, fail2ban's log.
usermod -a -G muster-guard muster-agent
if getent group adm >/dev/null 2>&1; then usermod -a -G adm muster-agent; fi

rm -rf "$ROOT/versions/$VERSION.new"
mkdir "$ROOT/versions/$VERSION.new"
tar -xzf "$work/$name" -C "$ROOT/versions/$VERSION.new" --strip-components=1 --no-same-owner
"$ROOT/versions/$VERSION.new/bin/node" "$ROOT/versions/$VERSION.new/muster-agent.mjs" version >/dev/null ||
  fail 'the agent does not run on this machine (it needs glibc 2.28 or newer); nothing was changed yet'
rm -rf "$ROOT/versions/$VERSION.old"
[ ! -d "$ROOT/versions/$VERSION" ] || mv "$ROOT/versions/$VERSION" "$ROOT/versions/$VERSION.old"
mv "$ROOT/versions/$VERSION.new" "$ROOT/versions/$VERSION"
ln -sfn "versions/$VERSION" "$ROOT/current.new"
mv -T "$ROOT/current.new" "$ROOT/current"
rm -rf "$ROOT/versions/$VERSION.old"
step "installed in $ROOT/versions/$VERSION"

install -d -m 0700 -o muster-agent -g muster-agent /var/lib/muster-agent
install -d -m 0700 -o root -g root /var/lib/muster-privd
install -d -m 0750 -o root -g muster-guard /var/lib/muster-guard
install -d -m 0750 -o muster-guard -g muster-guard /var/lib/muster-guard/records
install -d -m 0755 -o root -g root /etc/muster
for unit in "$ROOT"/current/units/*; do
  install -m 0644 "$unit" "/etc/systemd/system/$(basename "$unit")"
done
ln -sfn "$ROOT/current/bin/muster-agent" /usr/local/bin/muster-agent
systemctl daemon-reload
step 'units are in place'

if [ "$enrolled" = no ]; then
  step "enrolling at $server"
  printf '%s\n' "$token" | "$ROOT/current/bin/muster-agent" enrol --server "$server" --token-file - > "$work/enrolled" ||
    fail 'enrolment did not succeed; mend what the line above says and run this again'
else
  "$ROOT/current/bin/muster-agent" enrol --server "$server" > "$work/enrolled"
fi

systemctl enable --quiet muster-privd.socket muster-privd.timer muster-agentd.service muster-update.service
systemctl stop muster-privd.service 2>/dev/null || :
systemctl restart muster-privd.socket muster-privd.timer muster-agentd.service
tries=0
until systemctl is-active --quiet muster-agentd.service; do
  tries=$((tries + 1))
  [ "$tries" -le 20 ] || fail 'muster-agentd did not start; see: journalctl -u muster-agentd'
  sleep 0.5
done
step 'the agent runs'
say ''
cat "$work/enrolled"
say ''
say "Next: open $server, find this server under Servers, and confirm that the fingerprint there is the one above."
say 'Until then, and until you entrust bans to it, the agent only observes. Remove it with: muster-agent uninstall'
