// KRN-002: Network stack hardening off.
import { check, listed, passIf, unknown } from '../check.ts';
import { kernelSettings } from '../probes/kernel-settings.ts';

const RULES: readonly (readonly [key: string, holds: (value: number) => boolean])[] = [
  ['net.ipv4.tcp_syncookies', (value) => value === 1],
  ['net.ipv4.conf.all.rp_filter', (value) => value >= 1],
  ['net.ipv4.conf.all.accept_redirects', (value) => value === 0],
  ['net.ipv4.conf.all.secure_redirects', (value) => value === 0],
  ['net.ipv4.conf.all.send_redirects', (value) => value === 0],
  ['net.ipv4.conf.all.accept_source_route', (value) => value === 0],
  ['net.ipv4.icmp_echo_ignore_broadcasts', (value) => value === 1],
  ['net.ipv6.conf.all.accept_redirects', (value) => value === 0],
  ['net.ipv6.conf.all.accept_source_route', (value) => value === 0],
];

export default check({
  id: 'KRN-002',
  area: 'kernel',
  severity: 'medium',
  title: 'Network stack hardening off',
  measured: 'sysctl',
  expected: 'redirects and source routes refused, reverse path checked, SYN cookies on',
  why: 'A neighbour in the data centre can send redirects and forged sources, and bend your traffic. A server that is no router needs none of it.',
  evidence: { settings: 'Settings' },
  fix: 'Write the values into /etc/sysctl.d/60-muster.conf and load it (sysctl --system). Servers with two uplinks take rp_filter 2.',
  undo: 'Remove that file and set the former values again (sysctl -w).',
  risk: 'low',
  maps: ['CIS 3.3.2-3.3.10', 'KRNL-6000'],
  reads: { kernelSettings },
  judge({ kernelSettings: { values, read } }) {
    if (!read) return unknown('sysctl could not be run');
    const asked = RULES.flatMap(([key, holds]) => {
      const value = values[key];
      return value === undefined ? [] : [{ key, value, holds: holds(value) }];
    });
    if (asked.length === 0) return unknown('This kernel tells none of these switches');
    const wrong = asked.filter(({ holds }) => !holds);
    return passIf(wrong.length === 0, {
      settings: listed(
        wrong.map(({ key, value }) => `${key} = ${value}`),
        20,
      ),
    });
  },
});
