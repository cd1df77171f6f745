// What a server downloads to become one of the fleet: the agent's tarball and its install script, built from this clone and
// signed with this installation's release key. Built beside the running start, since packing a Node runtime takes a while.
import { join } from 'node:path';
import type { DataFolder } from './data-folder.ts';
import { spawnWithLifeline } from './processes/lifeline.ts';
import type { Shutdown } from './shutdown.ts';

const ARCH = 'x64';
const STOP_DEADLINE_MS = 5_000;

/** Says when servers can be enrolled, or why they cannot. */
export function buildReleases(
  clone: string,
  folder: DataFolder,
  shutdown: Shutdown,
  say: (sentence: string) => void,
): void {
  const started = Date.now();
  const builder = join(clone, 'deploy/agent/build-tarball.ts');
  const args = ['--conditions=source', '--disable-warning=ExperimentalWarning', builder, '--arch', ARCH];
  args.push('--release-key', join(folder.keys, 'release.key'), '--out', folder.releases);
  const child = spawnWithLifeline(process.execPath, args, { stopSignal: 'TERM', cwd: clone });
  shutdown.add('the agent’s build', () => child.stop(STOP_DEADLINE_MS));
  let output = '';
  for (const stream of [child.process.stdout, child.process.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2000)));
  }
  void child.exited.then((how) => {
    if (shutdown.begun) return;
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    if (how === 'exit code 0') say(`Servers can be enrolled: the agent for linux-${ARCH} is built (${seconds} s).`);
    else say(`No server can be enrolled: building the agent ended with ${how}.\n${output.trim()}`);
  });
}
