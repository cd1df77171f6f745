// DKR-007: Container nobody registered.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { dayOf } from '../first-seen.ts';
import { docker } from '../probes/docker.ts';

export default check({
  id: 'DKR-007',
  area: 'docker',
  severity: 'medium',
  title: 'Container nobody registered',
  measured: 'Docker API: names and images against those when the server was taken on',
  expected: 'every container has somebody who answers for it',
  why: 'Test containers stay for years with last year’s holes. A miner is a container as well.',
  evidence: { container: 'Container', image: 'Image', since: 'Seen since' },
  fix: 'Ask who started it. Stop it (docker stop) if nobody did; accept it with its owner otherwise.',
  undo: 'docker start',
  risk: 'service',
  maps: [],
  reads: { docker },
  judge({ docker: { installed, read, containers } }) {
    if (!installed) return notApplicable('Docker is not installed');
    const added = containers.flatMap(({ name, image, newSince }) =>
      newSince === null
        ? []
        : [{ subject: `container ${name}`, evidence: { container: name, image, since: dayOf(newSince) } }],
    );
    return added.length === 0 && !read ? unknown('Docker could not be asked') : failures(added);
  },
});
