// Runs on a server, as root: every probe once, one after the other and with the bounds of the agent's root helper, and every
// check over what they read. Prints the verdicts as JSON. Bundled into one file by `scannerBundle` (scan.ts).
import { judgeServer } from '@muster/posture/judge';
import { posturePolicy } from '@muster/posture/policy';
import { probes } from '@muster/posture/probes';
import type { ProbeReport } from '@muster/contracts/posture';
import { postureHost } from '../../../services/node-agent/src/capabilities/posture/posture-host.ts';
import { PostureMemory } from '../../../services/node-agent/src/capabilities/posture/posture-memory.ts';
import { ProbeRunner } from '../../../services/node-agent/src/capabilities/posture/probe-runner.ts';
import { execFile } from '../../../services/node-agent/src/host/exec.ts';
import type { Verdicts } from './scan.ts';

// What probes write down lies beside this program, as an agent's lies in its state folder.
const runner = new ProbeRunner(probes, postureHost(execFile, new PostureMemory(import.meta.dirname)));
const reports = new Map<string, ProbeReport>();
for (const { name } of probes) {
  const report = await runner.run(name);
  if (report !== undefined) reports.set(name, report);
}
const verdicts: Verdicts = judgeServer(reports, { policy: posturePolicy, now: new Date() }).map(
  ({ check, state, failures }) => ({
    check: check.id,
    state,
    subjects: failures.map(({ subject }) => subject ?? 'the server'),
  }),
);
process.stdout.write(JSON.stringify(verdicts));
