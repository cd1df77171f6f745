// Steps for ports and for the rules before them.
import { step, type Step } from '../guide.ts';
import { NUMBER, only, sh, type Line, type Value } from '../shell.ts';

const protocolOf = (protocol: Value): string => only(protocol, /^(?:tcp|udp)$/);
const table = (protocol: Value, port: Value): string => `closed_${protocolOf(protocol)}_${only(port, NUMBER)}`;

/** Until the next boot, and whoever else writes rules: a packet that one table drops stays dropped. */
export function closePort(protocol: Value, port: Value): Step {
  return step(
    `Close port ${protocol}/${port} to others at once, in a table of its own. It holds until the next boot; a rule in your own firewall makes it last.`,
    closing(protocol, port, 'type filter hook input priority -10', ''),
    sh`nft list table inet ${table(protocol, port)}`,
  );
}

/** The same before the address is rewritten, where published ports of containers pass. */
export function closePublished(protocol: Value, port: Value): Step {
  return step(
    `Refuse port ${protocol}/${port} before it is forwarded, in a table of its own. It holds until the next boot.`,
    closing(protocol, port, 'type filter hook prerouting priority -150', 'fib daddr type local '),
    sh`nft list table inet ${table(protocol, port)}`,
  );
}

function closing(protocol: Value, port: Value, hook: string, when: string): Line {
  const name = table(protocol, port);
  if (protocolOf(protocol) === '' || only(port, NUMBER) === '') return null;
  const rule = `add rule inet ${name} here iifname != "lo" ${when}${protocolOf(protocol)} dport ${only(port, NUMBER)} drop`;
  return sh`nft ${`add table inet ${name}; add chain inet ${name} here { ${hook}; policy accept; }; ${rule}`}`;
}

export function openPort(protocol: Value, port: Value): Step {
  return step(`Open port ${protocol}/${port} again.`, sh`nft delete table inet ${table(protocol, port)}`);
}

export const whoListens = (port: Value): Line => sh`ss -Hlntup ${`sport = :${only(port, NUMBER)}`}`;

const BEFORE = '/root/ruleset.before.nft';

/** A mistake in the rules locks everybody out: in ten minutes the former ones are there again, unless somebody stops that. */
export const wayBack = (): Step[] => [
  step(
    'Keep the present ruleset, and have it loaded again in ten minutes: that is your way back.',
    sh`{ echo 'flush ruleset'; nft list ruleset; } > ${BEFORE} && systemd-run --unit=ruleset-way-back --on-active=10m nft -f ${BEFORE}`,
    sh`systemctl list-timers ruleset-way-back.timer`,
  ),
];
export const stay = (): Step =>
  step(
    'Sign in with a new session. When that works, stop the way back and write the change into the file that is loaded at boot.',
    sh`systemctl stop ruleset-way-back.timer`,
  );
export const formerRules = (): Step => step('Load the former ruleset again.', sh`nft -f ${BEFORE}`);
