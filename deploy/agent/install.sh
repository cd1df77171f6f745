#!/bin/sh
# Installs the Muster agent on a server with systemd. Run it again to update: an enrolled server keeps its identity.
#   sudo sh muster-install.sh --server https://muster.example                    the token is asked for
#   sudo sh muster-install.sh --server https://muster.example --token-file FILE
# Undo everything: sudo muster-agent uninstall
set -eu

# Filled in when the tarballs are built: what a download must hash to.
VERSION='@VERSION@'
SHA256_X64='@SHA256_X64@'
SHA256_ARM64='@SHA256_ARM64@'

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
for program in systemctl tar gzip sha256sum useradd; do
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
  x86_64|amd64) arch=x64 expected=$SHA256_X64 ;;
  aarch64|arm64) arch=arm64 expected=$SHA256_ARM64 ;;
  *) fail "there is no agent for $(uname -m)" ;;
esac
case $expected in ''|@*) fail "this control plane offers no agent for $arch; build it there with: node deploy/agent/build-tarball.ts --arch $arch" ;; esac

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
step "downloading $name"
download "$server/agent/releases/$name" "$work/$name" || fail "$server/agent/releases/$name could not be downloaded"
actual=$(sha256sum "$work/$name" | cut -d' ' -f1)
[ "$actual" = "$expected" ] || fail "the download is not what this script expects and was not unpacked:
  expected $expected
  got      $actual"
step 'its SHA-256 is the expected one'

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

systemctl enable --quiet muster-privd.socket muster-privd.timer muster-agentd.service
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
