// The root helper's half of an update, with real archives and files: what it refuses, what it leaves behind, and how it reports
// an end that another process brought about. The switch itself is tried on a real server (test/e2e/releases).
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleaseManifest, Signed } from '@muster/contracts/agent';
import { InstallRelease } from '@muster/contracts/releases';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { generateSigningKey, signFor } from '@muster/kernel/signing';
import type { SigningKey } from '@muster/kernel/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execFile } from '../../host/exec.ts';
import { installedTools } from '../../host/tools.ts';
import { openKeyset } from '../../trust/keyset.ts';
import { isRefusal } from '../../trust/refusal.ts';
import { TestControlPlane } from '../../testing/control-plane.ts';
import { ReleasesCapability } from './releases.capability.ts';
import { UpdateFiles } from './update-files.ts';

const controlPlane = new TestControlPlane();
const opened = openKeyset(controlPlane.keyset(), controlPlane.root.publicKey);
const keyset = isRefusal(opened) ? undefined : opened;
const RUNNING = '0.2.0';

let folder: string;
let files: UpdateFiles;
let wanted: string[];
let switched: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-releases-'));
  for (const name of ['agent/versions', 'downloads', 'libexec', 'state'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'libexec/muster-switch'), '# switch\n');
  files = new UpdateFiles(join(folder, 'state/update'));
  wanted = [];
  switched = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function capability(problem?: string) {
  const releases = new ReleasesCapability({
    exec: execFile,
    tools: installedTools,
    files,
    root: join(folder, 'agent'),
    downloads: join(folder, 'downloads'),
    switchProgram: join(folder, 'libexec/muster-switch'),
    running: RUNNING,
    arch: 'x64',
    keyset: () => keyset,
    now: () => new Date(),
    want: ({ name }) => {
      wanted.push(name);
      releases.unavailable('The control plane answered 404');
    },
    startSwitch: () => {
      switched += 1;
      return Promise.resolve(problem);
    },
  });
  const [task] = releases.tasks();
  if (task === undefined) throw new Error('no task');
  return task;
}

/** A release as a server downloads it; its runtime is a shell that says the version. */
async function release(version: string, changes: Partial<ReleaseManifest> = {}, says = version) {
  const top = join(folder, `made-${version}`, 'muster-agent');
  await mkdir(join(top, 'bin'), { recursive: true });
  await writeFile(join(top, 'bin/node'), `#!/bin/sh\necho ${says}\n`);
  await chmod(join(top, 'bin/node'), 0o755);
  await writeFile(join(top, 'muster-agent.mjs'), '');
  const name = `muster-agent-${version}-linux-x64.tar.gz`;
  const path = join(folder, 'downloads', name);
  execFileSync('tar', ['-czf', path, '-C', join(top, '..'), 'muster-agent']);
  const bytes = await readFile(path);
  const manifest: ReleaseManifest = {
    v: 1,
    name,
    version,
    arch: 'x64',
    node: '24.21.0',
    sha256: sha256Hex(bytes),
    bytes: bytes.length,
    inputs: '0'.repeat(64),
    securityFloor: '0.1.0',
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    ...changes,
  };
  return { manifest, path };
}

function args(manifest: object, key: SigningKey = controlPlane.release, keyId = key.keyId) {
  const bytes = canonicalBytes(manifest);
  const signed: Signed = {
    body: Buffer.from(bytes).toString('base64'),
    signature: signFor('muster/release/v1', key, bytes),
    keyId,
  };
  return InstallRelease.args.parse({ manifests: [signed], windowSeconds: 60 });
}

const installedVersions = () => readdir(join(folder, 'agent/versions'));

describe('a release that the release key signed', () => {
  it('is unpacked beside the running one, and the plan is handed over', async () => {
    const { manifest } = await release('0.3.0');
    expect(await capability().apply(args(manifest))).toEqual({ undecided: true });
    expect(await installedVersions()).toEqual(['0.3.0']);
    expect((await stat(join(folder, 'agent/versions/0.3.0'))).mode & 0o777).toBe(0o755);
    expect(await files.plan()).toEqual({
      from: RUNNING,
      to: '0.3.0',
      sha256: manifest.sha256,
      windowSeconds: 60,
      fallback: RUNNING,
    });
    expect(await readFile(join(files.folder, 'switch'), 'utf8')).toBe('# switch\n');
    expect(switched).toBe(1);
  });

  it('leaves nothing of a plan when the switch cannot be started', async () => {
    const { manifest } = await release('0.3.0');
    expect(await capability('no systemd').apply(args(manifest))).toMatchObject({ ok: false, code: 'no-switch' });
    expect(await files.plan()).toBeUndefined();
  });

  it('is done at once when it runs already', async () => {
    const { manifest } = await release(RUNNING);
    expect(await capability().apply(args(manifest))).toMatchObject({ ok: true, evidence: { version: RUNNING } });
    expect(switched).toBe(0);
  });

  it('has no way back below the floor', async () => {
    await files.prepare();
    await files.raiseFloor('0.2.5');
    const { manifest } = await release('0.3.0');
    await capability().apply(args(manifest));
    expect(await files.plan()).toMatchObject({ fallback: '' });
  });
});

describe('refused before anything is unpacked', () => {
  const refused = async (code: string, what: ReturnType<typeof args>): Promise<void> => {
    expect(await capability().apply(what)).toMatchObject({ ok: false, code });
    expect(await installedVersions()).toEqual([]);
    expect(switched).toBe(0);
  };

  it('a manifest of another key, also under the release key’s name', async () => {
    const { manifest } = await release('0.3.0');
    const thief = generateSigningKey();
    await refused('unknown-key', args(manifest, thief));
    await refused('signature', args(manifest, thief, controlPlane.release.keyId));
    await refused('unknown-key', args(manifest, controlPlane.task));
  });

  it('a manifest that lapsed', async () => {
    const { manifest } = await release('0.3.0', { expiresAt: new Date(Date.now() - 1000).toISOString() });
    await refused('lapsed', args(manifest));
  });

  it('an older version, and one below the floor', async () => {
    await refused('not-newer', args((await release('0.1.9')).manifest));
    await files.prepare();
    await files.raiseFloor('0.4.0');
    await refused('below-floor', args((await release('0.3.0')).manifest));
    await refused('below-floor', args((await release('0.5.0', { securityFloor: '0.6.0' })).manifest));
  });

  it('bytes that are not those of the manifest, and links that agentd put in their place', async () => {
    const { manifest, path } = await release('0.3.0');
    await writeFile(path, Buffer.alloc(manifest.bytes, 7));
    await refused('digest', args(manifest));
    await rm(path);
    await symlink('/etc/shadow', path);
    expect(await capability().apply(args(manifest))).toMatchObject({ ok: false });
    expect(await installedVersions()).toEqual([]);
  });

  it('what cannot be downloaded, with the reason', async () => {
    const { manifest, path } = await release('0.3.0');
    await rm(path);
    expect(await capability().apply(args(manifest))).toMatchObject({
      code: 'not-downloaded',
      error: 'The control plane answered 404',
    });
    expect(wanted).toEqual([manifest.name]);
  });

  it('a release that does not run here, or is another than it says', async () => {
    const { manifest } = await release('0.3.0', {}, '0.9.9');
    await refused('not-runnable', args(manifest));
  });
});

describe('how it ended', () => {
  const outcome = (lines: string) => writeFile(join(files.folder, 'outcome'), lines);

  it('stays open while the plan stands, whoever asks', async () => {
    const { manifest } = await release('0.3.0');
    await capability().apply(args(manifest));
    expect(await capability().probe(args(manifest))).toEqual({ undecided: true });
  });

  it('is a success that raises the floor once the version proved itself', async () => {
    const { manifest } = await release('0.3.0', { securityFloor: '0.3.0' });
    await files.prepare();
    await outcome(`sha256=${manifest.sha256}\nresult=proven\nwhy=${RUNNING}\n`);
    expect(await capability().probe(args(manifest))).toMatchObject({
      ok: true,
      evidence: { from: RUNNING, version: '0.3.0', sha256: manifest.sha256 },
    });
    expect(await files.floor()).toBe('0.3.0');
  });

  it('is a failure with the reason, and the floor stays, when it went back', async () => {
    const { manifest } = await release('0.3.0', { securityFloor: '0.3.0' });
    await files.prepare();
    await outcome(`sha256=${manifest.sha256}\nresult=fell-back\nwhy=0.3.0 did not stay running\n`);
    expect(await capability().probe(args(manifest))).toMatchObject({
      code: 'fell-back',
      error: '0.3.0 did not stay running',
    });
    expect(await files.floor()).toBe('0.0.0');
  });

  it('is a failure without a change when it was cut off before the plan, whatever an older update left', async () => {
    const { manifest } = await release('0.3.0');
    await files.prepare();
    await outcome(`sha256=${'0'.repeat(64)}\nresult=proven\nwhy=${RUNNING}\n`);
    expect(await capability().probe(args(manifest))).toMatchObject({ ok: false, code: 'interrupted' });
  });
});
