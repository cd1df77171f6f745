// DKR-003: Privileged container or host access.
import { check, failures, listed, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { docker, type Container } from '../probes/docker.ts';
import { NAME, only, sh } from '../shell.ts';

const CAPABILITIES = /^(?:CAP_)?(?:SYS_ADMIN|SYS_MODULE|SYS_PTRACE|SYS_RAWIO|DAC_READ_SEARCH|NET_ADMIN|ALL)$/;
const SENSITIVE = /^(?:\/|\/etc|\/root|\/proc|\/boot|\/var\/run\/docker\.sock|\/run\/docker\.sock|\/var\/lib\/docker):/;

export default check({
  id: 'DKR-003',
  area: 'docker',
  severity: 'high',
  title: 'Privileged container or host access',
  measured: 'Docker API: /containers/ID/json, HostConfig',
  expected: 'no container is privileged, shares the host’s namespaces or holds its files',
  why: 'Whoever breaks into such a container is root on the server. It is set to make something work once, and stays.',
  evidence: { container: 'Container', image: 'Image', access: 'Access' },
  fix: 'Find out what it needs, give it that one capability or folder (read-only), and start it anew.',
  undo: 'Start it with the former options.',
  risk: 'service',
  maps: ['CONT-8104'],
  reads: { docker },
  judge({ docker: { installed, read, containers } }) {
    if (!installed) return notApplicable('Docker is not installed');
    const open = containers.flatMap((one) => {
      const access = accessOf(one);
      return access.length === 0
        ? []
        : [
            {
              subject: `container ${one.name}`,
              evidence: { container: one.name, image: one.image, access: listed(access) },
            },
          ];
    });
    return open.length === 0 && !read ? unknown('Docker could not be asked') : failures(open);
  },
  steps({ evidence: { container, image, access } }) {
    const name = only(container, NAME);
    return guide(
      [
        step(
          `See how “${container}” of “${image}” was started, and ask what it needs of: ${access}.`,
          sh`docker inspect --format '{{json .HostConfig}}' ${name}`,
        ),
        step(
          'Stop it, and keep it under another name.',
          sh`docker stop ${name} && docker rename ${name} ${name}-before`,
          sh`docker ps -a --filter name=${name}`,
        ),
        step(
          'Start it anew as it was, with the one capability or folder (:ro) that it needs, and without --privileged and the namespaces of the host.',
        ),
      ],
      [
        step(
          'Start it as before.',
          sh`docker rm -f ${name}; docker rename ${name}-before ${name} && docker start ${name}`,
        ),
      ],
    );
  },
});

const accessOf = ({ privileged, hostNetwork, hostPids, binds, capabilities, unconfined }: Container): string[] => [
  ...(privileged ? ['privileged'] : []),
  ...(hostNetwork ? ['the host’s network'] : []),
  ...(hostPids ? ['the host’s processes'] : []),
  ...binds.filter((bind) => SENSITIVE.test(bind)).map((bind) => bind.split(':')[0] ?? ''),
  ...capabilities.filter((name) => CAPABILITIES.test(name)),
  ...(unconfined ? ['unconfined'] : []),
];
