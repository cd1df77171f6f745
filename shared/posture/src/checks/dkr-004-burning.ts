// DKR-004: Container burns CPU for 30 min.
import { check, failures, notApplicable } from '../check.ts';
import { guide, step } from '../guide.ts';
import { busy } from '../probes/busy.ts';
import { docker } from '../probes/docker.ts';
import { NAME, only, sh } from '../shell.ts';

export default check({
  id: 'DKR-004',
  area: 'docker',
  severity: 'high',
  title: 'Container burns CPU for 30 min',
  measured: 'cpu.stat and cpu.max of its control group, from look to look',
  expected: 'no container uses nine tenths of what it is given for half an hour',
  why: 'A container that was broken into mines like a server does. One that runs in circles takes the processor from all its neighbours.',
  evidence: { container: 'Container', limit: 'Processors it is given', since: 'Busy since' },
  fix: 'docker pause NAME keeps it for evidence; then docker top NAME.',
  undo: 'docker unpause NAME',
  risk: 'service',
  maps: [],
  reads: { docker, busy },
  judge({ docker: { installed }, busy: { containers } }) {
    if (!installed) return notApplicable('No Docker runs here');
    if (containers === null) return notApplicable('Containers do not show here how busy they are');
    return failures(
      containers.map(({ name, limit, since }) => ({
        subject: `container ${name}`,
        evidence: { container: name, limit, since: new Date(since * 1000).toISOString().slice(0, 16) },
      })),
    );
  },
  steps({ evidence: { container, since } }) {
    const name = only(container, NAME);
    return guide(
      [
        step(`See what works in “${container}” since ${since}.`, sh`docker top ${name} -eo pid,user,pcpu,etime,args`),
        step(
          'Pause it: it stops and stays to be looked at.',
          sh`docker pause ${name}`,
          sh`docker ps --filter name=${name}`,
        ),
        step(
          'See what was added to its image. Where it is not yours, keep it as evidence and start it anew from its image.',
          sh`docker diff ${name}`,
        ),
      ],
      [step('Let it go on.', sh`docker unpause ${name}`)],
    );
  },
});
