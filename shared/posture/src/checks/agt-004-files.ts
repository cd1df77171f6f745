// AGT-004: Agent files modified.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { releasedAgents } from '../known/released-agents.ts';
import { agentFiles } from '../probes/agent-files.ts';
import { only, sh } from '../shell.ts';

const RELEASE = /^\d+\.\d+\.\d+(?:[.-][\w.-]+)?$/;

export default check({
  id: 'AGT-004',
  area: 'agent',
  severity: 'high',
  title: 'Agent files modified',
  measured: 'sha256sum over paths, modes and contents below /opt/muster-agent/current, against the signed manifest',
  expected: 'exactly what the release key signed',
  why: 'The agent’s helper runs as root, so whoever changes its files owns the server and the answers it gives. A changed agent may also lie about this, which is why its version is signed and its receipts are.',
  evidence: { version: 'Installed', found: 'Hash of its files', signed: 'Hash that was signed' },
  fix: 'Find out who changed it before anything else. Then install the release anew, from Releases or with the install script.',
  undo: 'The former release stays beside the new one in /opt/muster-agent/versions.',
  risk: 'low',
  maps: [],
  reads: { agentFiles, releasedAgents },
  judge({ agentFiles: { version, inputs }, releasedAgents: { releases } }) {
    if (version === null) return notApplicable('The agent does not run from an installed release');
    if (inputs === null) return unknown('The files of the agent could not be read');
    const signed = releases.filter((one) => one.version === version).map((one) => one.inputs);
    const [first] = signed;
    if (first === undefined) return unknown(`No signed manifest of release ${version} lies here`);
    return passIf(signed.includes(inputs), { version, found: inputs, signed: first });
  },
  steps({ evidence: { version } }) {
    const named = only(version, RELEASE);
    const folder = named === '' ? '' : `/opt/muster-agent/versions/${named}`;
    return guide(
      [
        step(
          `See what changed last below release ${version}, and who was signed in then.`,
          sh`find ${folder} -type f -printf '%T+ %m %u %p\\n' | sort -r | head -n 20; last -n 20`,
        ),
        step(
          'Keep a copy as evidence.',
          sh`install -d -m 0700 /root/evidence && cp -a ${folder} /root/evidence/`,
          sh`ls /root/evidence`,
        ),
        step(
          `Install release ${version} anew: from Releases, or with the install script.`,
          undefined,
          sh`ls -l /opt/muster-agent`,
        ),
      ],
      [step('The former release stays beside the new one.', undefined, sh`ls /opt/muster-agent/versions`)],
    );
  },
});
