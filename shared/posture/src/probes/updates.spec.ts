// Whether updates come by themselves, by what apt and systemd answered on the recorded server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Player } from '../testing/tape.ts';
import { updates } from './updates.ts';

const tape = readFileSync(join(import.meta.dirname, '../fixtures/debian-12-hardened/updates.txt'), 'utf8');

const SECURITY = ['', '-security']
  .map(
    (suite) =>
      `Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=\${distro_codename}${suite},label=Debian-Security";\n`,
  )
  .join('');

async function automatic(was: string, is: string) {
  expect(tape).toContain(was);
  const reading = await updates.gather(new Player(tape.replace(was, is)), []);
  return reading.automatic;
}

it.each([
  ['upgrade', 'APT::Periodic::Unattended-Upgrade "1";', 'APT::Periodic::Unattended-Upgrade "0";'],
  ['upgrade', 'APT::Periodic::Unattended-Upgrade "1";\n', ''],
  ['lists', 'APT::Periodic::Update-Package-Lists "1";', 'APT::Periodic::Update-Package-Lists "0";'],
  ['timers', 'Id=apt-daily.timer\nActiveState=active', 'Id=apt-daily.timer\nActiveState=inactive'],
  ['security', SECURITY, ''],
])('tells that %s are off of %j that became %j', async (what, was, is) => {
  const on = { lists: true, upgrade: true, security: true, timers: true };
  expect(await automatic(was, was)).toMatchObject(on);
  expect(await automatic(was, is)).toMatchObject({ ...on, [what]: false });
});
