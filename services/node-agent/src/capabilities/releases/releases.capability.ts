// The agent replaces itself. The root helper judges the release (signature, time, floor, version, digest), unpacks it beside
// the running one and writes a plan; muster-switch, a shell program of a unit of its own, carries the plan out and undoes it
// when the new version does not say in time that it is healthy. So neither version has to survive its own replacement: the
// task stays STARTED in the journal, and whichever helper runs afterwards reports how it ended.
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compareVersions } from '@muster/contracts/agent';
import type { Keyset, ReleaseArch, ReleaseManifest, Signed } from '@muster/contracts/agent';
import { InstallRelease } from '@muster/contracts/releases';
import type { Exec } from '../../host/exec.ts';
import { writeFileAtomically } from '../../host/files.ts';
import type { Tools } from '../../host/tools.ts';
import { capabilityTask, UNDECIDED } from '../../runtime/capability.ts';
import type { CapabilityTask, Outcome, Undecided } from '../../runtime/capability.ts';
import { openRelease } from '../../trust/release.ts';
import { isRefusal, refused } from '../../trust/refusal.ts';
import type { Refusal } from '../../trust/refusal.ts';
import { takeFile } from './take-file.ts';
import type { WantedFile } from './take-file.ts';
import type { UpdateFiles } from './update-files.ts';

export interface ReleasesDependencies {
  readonly exec: Exec;
  readonly tools: Tools;
  readonly files: UpdateFiles;
  /** Folder with `versions/` and the link `current`. */
  readonly root: string;
  /** Where agentd puts what it downloads; it is believed nothing. */
  readonly downloads: string;
  /** The switching program of the version that runs, which has proved itself. */
  readonly switchProgram: string;
  readonly running: string;
  readonly arch: ReleaseArch;
  readonly keyset: () => Keyset | undefined;
  readonly now: () => Date;
  /** Asks agentd to download; it may be asked again and again. */
  readonly want: (file: WantedFile) => void;
  readonly startSwitch: () => Promise<string | undefined>;
}

type InstallArgs = { readonly manifests: readonly Signed[]; readonly windowSeconds: number };

const DOWNLOAD_MS = 15 * 60_000;
const LOOK_MS = 500;
const ASK_AGAIN_MS = 10_000;
const UNPACK_MS = 120_000;

export class ReleasesCapability {
  readonly #with: ReleasesDependencies;
  #unavailable: string | undefined;

  constructor(dependencies: ReleasesDependencies) {
    this.#with = dependencies;
  }

  tasks(): readonly CapabilityTask[] {
    return [
      capabilityTask(InstallRelease, {
        runsInObserve: true,
        apply: (args) => this.#install(args),
        probe: (args) => this.#howItEnded(args),
      }),
    ];
  }

  /** agentd reached its control plane. That counts for an update only when this helper is the new one. */
  async healthy(): Promise<void> {
    const { files, running } = this.#with;
    if ((await files.plan())?.to === running) await files.sayHealthy(running);
  }

  /** agentd could not download what was asked for. */
  unavailable(why: string): void {
    this.#unavailable = why;
  }

  async #install(args: InstallArgs): Promise<Outcome | Undecided> {
    const { files, running } = this.#with;
    await files.prepare();
    const manifest = await this.#judge(args.manifests);
    if (isRefusal(manifest)) return failure(manifest);
    if (manifest.version === running) return succeeded(running, manifest);
    await files.forget();
    const archive = join(files.folder, 'release.tar.gz');
    const missing = (await this.#fetch(manifest, archive)) ?? (await this.#unpack(manifest, archive));
    await rm(archive, { force: true });
    if (missing !== undefined) return failure(missing);

    await writeFileAtomically(join(files.folder, 'switch'), await readFile(this.#with.switchProgram), { mode: 0o600 });
    const fallback = compareVersions(running, await files.floor()) < 0 ? '' : running;
    const { windowSeconds } = args;
    await files.writePlan({ from: running, to: manifest.version, sha256: manifest.sha256, windowSeconds, fallback });
    const problem = await this.#with.startSwitch();
    if (problem === undefined) return UNDECIDED;
    await files.forget();
    return failure(refused('no-switch', `The switch could not be started: ${problem}`));
  }

  /** Everything that can be said without the bytes. */
  async #judge(manifests: readonly Signed[]): Promise<ReleaseManifest | Refusal> {
    const { keyset, now, arch, running, files } = this.#with;
    const keys = keyset();
    if (keys === undefined) return refused('no-keyset', 'This host holds no keyset yet');
    const opened = manifests.map((signed) => openRelease(signed, keys, now()));
    const forged = opened.find(isRefusal);
    if (forged !== undefined) return forged;
    const manifest = opened.find((one): one is ReleaseManifest => !isRefusal(one) && one.arch === arch);
    if (manifest === undefined) return refused('no-release', `There is no release for ${arch}`);
    const { version } = manifest;
    const floor = await files.floor();
    if (compareVersions(version, floor) < 0) {
      return refused('below-floor', `${version} is below the security floor ${floor} of this server`);
    }
    if (compareVersions(version, manifest.securityFloor) < 0) {
      return refused('below-floor', `${version} is below its own security floor ${manifest.securityFloor}`);
    }
    if (compareVersions(version, running) < 0) {
      return refused('not-newer', `${version} is older than ${running}, which runs here; release it anew to go back`);
    }
    return manifest;
  }

  async #fetch({ name, sha256, bytes }: ReleaseManifest, archive: string): Promise<Refusal | undefined> {
    const wanted = { name, sha256, bytes };
    const path = join(this.#with.downloads, name);
    const until = performance.now() + DOWNLOAD_MS;
    this.#unavailable = undefined;
    for (let askedAt = -ASK_AGAIN_MS; performance.now() < until;) {
      const taken = await takeFile(path, wanted, archive);
      if (taken === 'taken') return undefined;
      if (taken === 'other')
        return refused('digest', `What was downloaded as ${name} is not the release that was signed`);
      if (this.#unavailable !== undefined) return refused('not-downloaded', this.#unavailable);
      if (performance.now() - askedAt > ASK_AGAIN_MS) {
        askedAt = performance.now();
        this.#with.want(wanted);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return refused('not-downloaded', `${name} was not downloaded within ${DOWNLOAD_MS / 60_000} minutes`);
  }

  /** The new version says its own name before anything points to it. */
  async #unpack({ version }: ReleaseManifest, archive: string): Promise<Refusal | undefined> {
    const { exec, tools, root } = this.#with;
    const tar = tools('tar');
    if (tar === undefined) return refused('missing-program', 'tar is not installed');
    const folder = join(root, 'versions', version);
    const fresh = `${folder}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    // The units' programs run as users of their own and have to reach it.
    await chmod(fresh, 0o755);
    const unpack = ['-xzf', archive, '-C', fresh, '--strip-components=1', '--no-same-owner'];
    const unpacked = await exec(tar, unpack, { timeoutMs: UNPACK_MS });
    if (unpacked.code !== 0) return refused('broken', `tar ended with ${unpacked.code}: ${unpacked.stderr.trim()}`);
    const said = await exec(join(fresh, 'bin/node'), [join(fresh, 'muster-agent.mjs'), 'version']);
    if (said.code !== 0 || said.stdout.trim() !== version) {
      await rm(fresh, { recursive: true, force: true });
      return refused('not-runnable', `${version} does not run on this machine: ${said.stderr.trim().slice(0, 200)}`);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return undefined;
  }

  async #howItEnded(args: InstallArgs): Promise<Outcome | Undecided> {
    const { files, keyset, now, arch } = this.#with;
    const keys = keyset();
    const opened = keys === undefined ? [] : args.manifests.map((signed) => openRelease(signed, keys, now()));
    const manifest = opened.find((one): one is ReleaseManifest => !isRefusal(one) && one.arch === arch);
    if (manifest === undefined) return failure(refused('interrupted', 'Interrupted before the release was installed'));
    const outcome = await files.outcome();
    if (outcome?.sha256 !== manifest.sha256) {
      return (await files.plan())?.sha256 === manifest.sha256
        ? UNDECIDED
        : failure(refused('interrupted', 'Interrupted before the release was installed; nothing was changed'));
    }
    if (outcome.result !== 'proven') return failure(refused(outcome.result, outcome.why));
    if (compareVersions(manifest.securityFloor, await files.floor()) > 0)
      await files.raiseFloor(manifest.securityFloor);
    return succeeded(outcome.why, manifest);
  }
}

const failure = ({ code, reason }: Refusal): Outcome => ({ ok: false, code, error: reason, before: null, after: null });

/** `before` and `after` are hashes of what a host holds; which version runs is in the evidence. */
const succeeded = (from: string, { version, sha256 }: ReleaseManifest): Outcome => ({
  ok: true,
  before: null,
  after: null,
  evidence: { from, version, sha256 },
});
