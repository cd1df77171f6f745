// The probes that need root, and the places that are watched with root's rights. Loaded when the first of them is asked for: it
// is half of the root helper's program, and a block does not wait for it.
import { probes } from '@muster/posture/probes';
import type { ProbeReport } from '@muster/contracts/posture';
import { execFile } from '../../host/exec.ts';
import { STIRRED } from '../../privd/paths.ts';
import { postureHost } from './posture-host.ts';
import type { PostureMemory } from './posture-memory.ts';
import { ProbeRunner } from './probe-runner.ts';
import { rememberingTest } from './remembered-test.ts';
import type { RememberedTestParts } from './remembered-test.ts';
import { WatchedPlaces } from './watched-places.ts';

export interface PrivilegedProbing {
  /** undefined: no such probe. */
  run(probe: string): Promise<ProbeReport | undefined>;
  /** How many places are watched from now on. */
  watch(): Promise<number>;
}

export function privilegedProbing(memory: PostureMemory, tested: RememberedTestParts): PrivilegedProbing {
  const host = rememberingTest(postureHost(execFile, memory), tested);
  const runner = new ProbeRunner(probes, host);
  const places = new WatchedPlaces({ host, exec: execFile, mark: STIRRED, user: 'muster-agent' });
  return { run: (probe) => runner.run(probe), watch: () => places.watch() };
}
