// Which machine this is, without giving its machine id away: a copy of the disk has the same key but another machine id
// or boot id, and that is how a clone is noticed.
import { readFile } from 'node:fs/promises';
import { sha256Hex } from '@muster/kernel/hashing';

/** machine-id(5) asks that the id itself is not published; a keyed hash is. */
export async function machineHash(): Promise<string> {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id', '/proc/sys/kernel/random/boot_id']) {
    const id = (await readFile(path, 'utf8').catch(() => '')).trim();
    if (id !== '') return sha256Hex(`muster machine ${id}`);
  }
  throw new Error('This machine has no /etc/machine-id; create one with: systemd-machine-id-setup');
}

export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim().slice(0, 64);
}
