// An ordinary user of a server, and the user that a site's PHP runs as, write what sshd would: nobody is banned for it.
// A real brute force afterwards still is.
import { beforeAll, describe, expect, it } from 'vitest';
import type { EnrolledServer } from '../../lab/enrol.ts';
import { eventually, labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

/** From TEST-NET-2: nobody real is ever named. */
const FRAMED = ['198.51.100.61', '198.51.100.62'];
const LINES = 8;
/** Of the lab's servers: after these failures fail2ban bans. */
const LIMIT = 4;

describe('forged sshd lines on a server', () => {
  let up: LabUnderTest;
  /** One that the other specs do not attack. */
  let server: EnrolledServer;

  beforeAll(async () => {
    up = await labUnderTest();
    server = up.lab.servers.at(-1) ?? up.second;
  });

  it.each([
    ['an ordinary user', 'deploy', FRAMED[0]],
    ['the user of a web service', 'www-data', FRAMED[1]],
  ])('by %s ban nobody', async (_, user, address) => {
    const { machine } = server;
    await machine.sh(`install -d -m 0777 /tmp/${user} && install -m 0755 /usr/bin/logger /tmp/${user}/sshd`);
    // The program is called sshd, and so is what it writes: everything but the journal's own fields is forged.
    const line = `Failed password for invalid user admin from ${address} port 50022 ssh2`;
    // One process for all, alive until the journal has asked the kernel for its name.
    const lines = `{ for line in $(seq ${LINES}); do echo "${line}"; done; sleep 2; }`;
    await machine.sh(`${lines} | runuser -u ${user} -- /tmp/${user}/sshd -p auth.info -t 'sshd[4711]'`);
    // More than fail2ban's limit.
    await eventually(
      'the forged lines in the journal',
      async () => Number(await machine.sh(`journalctl -q -o cat _COMM=sshd | grep -c ${address} || true`)),
      (count) => count > LIMIT,
      10_000,
    );
    // Longer than fail2ban needs to ban a real attacker.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await machine.sh('fail2ban-client get sshd banned')).not.toContain(address);
  });

  it('do not make the jail blind: a real brute force is banned', async () => {
    const { shutOut } = await up.lab.attack(server);
    expect(shutOut).toBe(true);
    await eventually(
      'the ban',
      () => server.machine.sh('fail2ban-client get sshd banned'),
      (banned) => banned.includes(up.lab.attacker.address),
      15_000,
    );
    await server.machine.sh(`fail2ban-client set sshd unbanip ${up.lab.attacker.address}`);
  });
});
