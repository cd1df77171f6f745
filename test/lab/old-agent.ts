// The agent of an earlier release, built from this repository's own history: the last commit before agents could say what they
// can do beyond the first version of the protocol. Its dependencies are the ones that are installed here.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { docker } from './docker.ts';
import type { Machine } from './machine.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const FRAMES = 'shared/contracts/src/agent/frames.ts';

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: ROOT, maxBuffer: 1024 * 1024 })).stdout.trim();
}

/** Throws where the clone has no history to build from. */
async function commitOfOldAgent(): Promise<string> {
  const changes = await git('log', '--format=%H', '--reverse', '-SAGENT_FEATURES', '--', FRAMES);
  const [first] = changes.split('\n');
  if (!first) throw new Error(`This clone has no history of ${FRAMES}: an earlier agent is built from it`);
  return `${first}^`;
}

/** Puts the earlier agent on a machine, as its own install script would: users, folders, units; enrolled with the token. */
export async function installOldAgent(machine: Machine, server: string, token: string): Promise<string> {
  const commit = await commitOfOldAgent();
  const folder = await mkdtemp(join(tmpdir(), 'muster-old-agent-'));
  try {
    const parts = ['shared/kernel', 'shared/contracts', 'shared/tooling', 'services/node-agent', 'deploy/agent'];
    await git('archive', '--format=tar', '-o', join(folder, 'old.tar'), commit, ...parts);
    await run('tar', ['-xf', join(folder, 'old.tar'), '-C', folder]);
    await linkPackages(folder);
    await run(process.execPath, ['build.ts'], { cwd: join(folder, 'services/node-agent'), timeout: 120_000 });
    const home = '/opt/muster-agent/versions/old';
    await machine.sh(`mkdir -p ${home}/bin ${home}/libexec ${home}/units`);
    const copies: [string, string][] = [
      ['services/node-agent/dist/muster-agent.mjs', home],
      ['deploy/agent/files/.', `${home}/libexec`],
      ['deploy/agent/units/.', `${home}/units`],
    ];
    for (const [from, to] of copies) await docker(['cp', join(folder, from), `${machine.container}:${to}`]);
    await docker(['cp', process.execPath, `${machine.container}:${home}/bin/node`], 120_000);
    return await machine.sh(INSTALL.replace('@SERVER@', server), { input: `${token}\n`, deadlineMs: 120_000 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ours by their own earlier source, everything else as it is installed here. */
async function linkPackages(folder: string): Promise<void> {
  const installed = join(ROOT, 'node_modules');
  await mkdir(join(folder, 'node_modules/@muster'), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== '@muster' && !name.startsWith('.')) {
      await symlink(join(installed, name), join(folder, 'node_modules', name));
    }
  }
  for (const name of ['kernel', 'contracts', 'tooling']) {
    await symlink(join(folder, 'shared', name), join(folder, 'node_modules/@muster', name));
  }
}

const INSTALL = `set -e
root=/opt/muster-agent
chown -R root:root $root
for user in muster-agent muster-guard; do
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin $user
done
usermod -a -G muster-guard,adm muster-agent
mv $root/versions/old/libexec/muster-agent $root/versions/old/bin/
ln -sfn versions/old $root/current
install -d -m 0700 -o muster-agent -g muster-agent /var/lib/muster-agent
install -d -m 0700 /var/lib/muster-privd
install -d -m 0750 -o root -g muster-guard /var/lib/muster-guard
install -d -m 0750 -o muster-guard -g muster-guard /var/lib/muster-guard/records
install -m 0644 $root/current/units/* /etc/systemd/system/
ln -sfn $root/current/bin/muster-agent /usr/local/bin/muster-agent
systemctl daemon-reload
muster-agent enrol --server @SERVER@ --token-file -
systemctl enable --quiet --now muster-privd.socket muster-privd.timer muster-agentd.service`;
