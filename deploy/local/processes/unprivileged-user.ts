// PostgreSQL refuses to run as root. When Muster is started by root, the database runs as the system user `postgres`,
// which is made if the machine has none. For anybody else it runs as that person and nothing here applies.
import { spawnSync } from 'node:child_process';

export interface UnprivilegedUser {
  name: string;
  uid: number;
  gid: number;
}

const NAME = 'postgres';

/** The user for PostgreSQL when we are root; undefined when we are not. `say` is told when a user is made. */
export function unprivilegedUser(say: (sentence: string) => void): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = lookUp();
  if (existing !== undefined) return existing;
  say(`PostgreSQL refuses to run as root, so the system user "${NAME}" is made for it.`);
  run('groupadd', ['--system', NAME]);
  run('useradd', ['--system', '--gid', NAME, '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]);
  const made = lookUp();
  if (made === undefined) {
    throw new Error(
      `PostgreSQL refuses to run as root and the system user "${NAME}" could not be made. Start Muster as another user, or make it with: useradd --system ${NAME}`,
    );
  }
  return made;
}

/** Whether that user can go to the path (every folder above it lets him through). */
export function canReach(user: UnprivilegedUser, path: string): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'can-reach', path], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
  });
  return probe.status === 0;
}

function lookUp(): UnprivilegedUser | undefined {
  const uid = spawnSync('id', ['-u', NAME], { encoding: 'utf8' });
  const gid = spawnSync('id', ['-g', NAME], { encoding: 'utf8' });
  if (uid.status !== 0 || gid.status !== 0) return undefined;
  return { name: NAME, uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function run(command: string, args: string[]): void {
  spawnSync(command, args, { stdio: 'ignore' });
}
