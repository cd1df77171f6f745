// KRN-001: Memory protections off.
import { check, listed, passIf, unknown } from '../check.ts';
import { kernelSettings } from '../probes/kernel-settings.ts';

const RULES: readonly (readonly [key: string, holds: (value: number) => boolean])[] = [
  ['kernel.randomize_va_space', (value) => value === 2],
  ['kernel.yama.ptrace_scope', (value) => value >= 1],
  ['fs.suid_dumpable', (value) => value === 0],
  ['kernel.kptr_restrict', (value) => value >= 1],
  ['kernel.dmesg_restrict', (value) => value === 1],
  ['kernel.unprivileged_bpf_disabled', (value) => value >= 1],
];

export default check({
  id: 'KRN-001',
  area: 'kernel',
  severity: 'medium',
  title: 'Memory protections off',
  measured: 'sysctl',
  expected:
    'randomize_va_space 2, ptrace_scope 1, suid_dumpable 0, kptr_restrict 1, dmesg_restrict 1, unprivileged_bpf_disabled 1',
  why: 'These switches make it hard to turn a small fault of a program into root. They cost nothing that a server would notice.',
  evidence: { settings: 'Settings' },
  fix: 'Write the values into /etc/sysctl.d/60-muster.conf and load it (sysctl --system).',
  undo: 'Remove that file and set the former values again (sysctl -w).',
  risk: 'low',
  maps: ['CIS 1.5.1', 'CIS 1.5.2', 'CIS 1.5.3', 'KRNL-6000', 'KRNL-5820'],
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
