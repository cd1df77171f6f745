// RES-003: Memory pressure or OOM kills.
import { check, passIf, unknown } from '../check.ts';
import { resources } from '../probes/resources.ts';

export default check({
  id: 'RES-003',
  area: 'resources',
  severity: 'medium',
  title: 'Memory pressure or OOM kills',
  measured: '/proc/pressure/memory; the kernel’s journal of a day',
  expected: 'nothing waits for memory, and the kernel killed nothing',
  why: 'A server without memory answers slowly and then kills what is largest, usually the database. What it killed comes back with a repair that takes longer.',
  evidence: { pressure: 'Everything waits', killed: 'Killed within a day' },
  fix: 'See what takes it (systemd-cgtop -m), limit or move it, or give the server more.',
  undo: 'Nothing to undo.',
  risk: 'none',
  maps: ['PROC-3602'],
  reads: { resources },
  judge({ resources: { memoryPressure, killed } }, { policy }) {
    const pressed = (memoryPressure ?? 0) >= policy.memoryPressure;
    if (!pressed && killed === null) return unknown('The kernel’s journal could not be read');
    if (!pressed && memoryPressure === null && killed?.length === 0)
      return unknown('The kernel does not tell its pressure');
    return passIf(!pressed && (killed ?? []).length === 0, {
      pressure: pressed ? 'more than it should' : 'no',
      killed: [...new Set(killed ?? [])].join(', ').slice(0, 300) || 'nothing',
    });
  },
});
