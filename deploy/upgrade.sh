#!/bin/sh
# Upgrades a compose installation to the image that MUSTER_IMAGE names (muster:local after `docker compose build`), and goes
# back to the one that runs when something is wrong before a server has heard of the new release:
#   check, back up, hold, copy, migrate, verify, start, resume
# While it holds, nothing is sent to servers and nobody reaches the pages; actions that were accepted wait in the database.
#   sh deploy/upgrade.sh --backup /srv/backups/before-upgrade
# The prober is stopped and started with the rest, and nobody waits for it. Going back starts only what ran before: the release
# from before may not have everything that docker-compose.yml names now.
# COMPOSE names the compose command with its options, when it is not `docker compose`.
set -eu
COMPOSE=${COMPOSE:-docker compose}
BEFORE=muster:before-upgrade
INSIDE='api-1 api-2 worker web'
PROCESSES="$INSIDE gateway-1 gateway-2 signer sequencer"
HEALTHY_SECONDS=120

say() { printf '== %s\n' "$*"; }
fail() { printf 'upgrade: %s\n' "$*" >&2; exit 1; }
compose() { $COMPOSE "$@"; }
muster() { compose run --rm -T --no-deps migrate services/cli/bin/muster.js "$@"; }

[ "${1:-}" = --backup ] && [ -n "${2:-}" ] || fail 'usage: sh deploy/upgrade.sh --backup FOLDER   (which does not exist yet)'
backup=$2
[ ! -e "$backup" ] || fail "$backup exists; a backup is written into a folder of its own"

running=$(compose ps -q api-1)
[ -n "$running" ] || fail 'Muster does not run here: start it first, so that there is something to go back to'
project=$(docker inspect -f '{{index .Config.Labels "com.docker.compose.project"}}' "$running")
from=$(docker inspect -f '{{.Image}}' "$running")
to=$(docker inspect -f '{{.Id}}' "${MUSTER_IMAGE:-muster:local}")
docker tag "$from" "$BEFORE"
ran=$(docker ps --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.oneoff=False \
  --format '{{.Label "com.docker.compose.service"}}' | sort -u)

# healthy SERVICE…: all of them, within the time.
healthy() {
  waited=0
  for service in "$@"; do
    until [ "$(docker inspect -f '{{.State.Health.Status}}' "$(compose ps -q "$service")" 2>/dev/null)" = healthy ]; do
      waited=$((waited + 1))
      [ "$waited" -lt "$HEALTHY_SECONDS" ] || { echo "$service is not healthy after $HEALTHY_SECONDS s" >&2; return 1; }
      sleep 1
    done
  done
}
start() { compose up -d "$@"; }
before() { (export MUSTER_IMAGE=$BEFORE; compose "$@"); }

say 'check: can this release take the database over?'
muster upgrade check || fail 'nothing was changed'

say "back up to $backup"
install -d -m 0700 -o 7410 -g 7410 "$backup"
compose run --rm -T --no-deps -v "${project}_installation:/var/lib/muster/installation:ro" -v "$backup:/backup" migrate \
  services/cli/bin/muster.js backup --installation /var/lib/muster/installation --to /backup/database ||
  fail 'nothing was changed'

kept=''
back() {
  trap - EXIT
  say 'something is wrong: going back'
  compose stop $PROCESSES prober || :
  if [ -n "$kept" ]; then muster upgrade back --kept "$kept" || fail "the database could not be put back; its copy is $kept. See docs/runbooks/upgrade-failed.md"; fi
  before up -d $ran
  healthy $PROCESSES proxy || fail 'the release from before does not come up. See docs/runbooks/upgrade-failed.md'
  fail 'the release from before runs again; nothing was lost'
}
trap back EXIT

say 'hold: nothing reaches a server, nobody reaches the pages'
compose stop proxy gateway-1 gateway-2
compose stop $INSIDE signer sequencer prober

say 'copy the database'
kept=$(muster upgrade keep | tr -d '\r' | grep -o '[a-z0-9_]*_before_upgrade_[0-9]*' | tail -n 1)
[ -n "$kept" ] || exit 1
say "migrate; the way back is $kept"
compose run --rm -T --no-deps migrate
say 'verify the whole ledger with this release'
compose run --rm -T --no-deps auditor
say 'start what no server can hear'
start $INSIDE
healthy $INSIDE
trap - EXIT

# From here on servers witness what the new release signs: the way back is a restore, in a new epoch.
say 'resume: signer, sequencer, prober, gateways, proxy'
start
healthy $PROCESSES proxy || fail "the new release does not come up whole. See docs/runbooks/upgrade-failed.md; the database from before is $kept"
muster upgrade finish --kept "$kept" --from "$from" --to "$to"
say 'done'
