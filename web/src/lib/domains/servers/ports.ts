// Listening ports: which are open to every address, and in which order people look for them.
import type { Inventory } from '@muster/contracts/servers';

type Port = Inventory['ports'][number];

/** Bound to no particular address. */
export function isOpenToAll(port: Pick<Port, 'address'>): boolean {
  return port.address === '0.0.0.0' || port.address === '::' || port.address === '*';
}

/** Open ones first, then by number. */
export function portsSorted(ports: readonly Port[]): Port[] {
  return [...ports].sort(
    (a, b) =>
      Number(isOpenToAll(b)) - Number(isOpenToAll(a)) || a.port - b.port || a.protocol.localeCompare(b.protocol),
  );
}

/** How full: words from 80 and 95 percent on. */
export function fullness(used: number, size: number): { percent: number; level: 'fine' | 'high' | 'full' } {
  const percent = size <= 0 ? 0 : Math.round((used / size) * 100);
  return { percent, level: percent >= 95 ? 'full' : percent >= 80 ? 'high' : 'fine' };
}
