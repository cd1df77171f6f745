import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installLine } from './install-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-install-line-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCRIPT = '#!/bin/sh\nread -r token; echo "installs with $token from $2"\n';
const URL = 'https://muster.example';

/** What a shell makes of the line, once curl has left this in the file. */
function run(line: string, downloaded: string) {
  writeFileSync(join(folder, 'muster-install.sh'), downloaded);
  const afterDownload = line.split(' && ').slice(1).join(' && ').replace('sudo ', '');
  return spawnSync('sh', ['-c', afterDownload], { cwd: folder, input: 'a-token\n', encoding: 'utf8' });
}

describe('the install line', () => {
  it('runs the script that the page promised, with the token from standard input', async () => {
    writeFileSync(join(folder, 'install.sh'), SCRIPT);
    const line = await installLine(URL, 'an-enrolment', folder);
    expect(line).toContain(`curl -fsS '${URL}/agent/install.sh?enrolment=an-enrolment' -o muster-install.sh && `);
    expect(run(line, SCRIPT).stdout).toBe(`installs with a-token from ${URL}\n`);
  });

  it('runs no other', async () => {
    const ran = run(await installLine(URL, 'an-enrolment', folder), SCRIPT.replace('installs', 'steals'));
    expect(ran.status).not.toBe(0);
    expect(ran.stdout).not.toContain('steals');
    expect(ran.stderr).toContain('did NOT match');
  });

  it('promises nothing while there is no script', async () => {
    expect(await installLine(URL, 'an-enrolment', undefined)).not.toContain('sha256sum');
    expect(await installLine(URL, 'an-enrolment', join(folder, 'none'))).not.toContain('sha256sum');
  });
});
