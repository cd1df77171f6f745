// What fail2ban is there for: somebody who tries passwords over SSH, from a machine of his own.
import type { Machine } from './machine.ts';

export interface BruteForce {
  /** Logins that sshd refused before the door closed. */
  attempts: number;
  /** The port no longer answers the attacker. */
  shutOut: boolean;
}

const MOST_ATTEMPTS = 12;
const SSH =
  'ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -o NumberOfPasswordPrompts=1';

export async function bruteForce(attacker: Machine, target: Machine): Promise<BruteForce> {
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts += 1) {
    const ran = await attacker.trySh(`timeout 10 sshpass -p guess-${attempts} ${SSH} deploy@${target.address} true`);
    if (ran.stderr.includes('Permission denied')) continue;
    if (await canConnect(attacker, target, 22)) continue;
    return { attempts, shutOut: true };
  }
  return { attempts: MOST_ATTEMPTS, shutOut: !(await canConnect(attacker, target, 22)) };
}

/** Whether a TCP connection from one machine to a port of another comes about within two seconds. */
export async function canConnect(from: Machine, to: Machine, port: number): Promise<boolean> {
  return (await from.trySh(`nc -z -w 2 ${to.address} ${port}`)).code === 0;
}
