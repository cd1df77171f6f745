// DKR-002: Unofficial or unpinned image.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { docker } from '../probes/docker.ts';

export default check({
  id: 'DKR-002',
  area: 'docker',
  severity: 'medium',
  title: 'Unofficial or unpinned image',
  measured: 'Docker API: /containers/json, /images/ID/json',
  expected: 'images of trusted publishers, known by their digest',
  why: 'An image under a tag is whatever its publisher put there last. Miners come in images with names that look right.',
  evidence: { container: 'Container', image: 'Image', pinned: 'Known by digest', trusted: 'Trusted publisher' },
  fix: 'Find out who publishes it. Use the official image with its digest (name@sha256:…) and start the container anew.',
  undo: 'Start the container from the former image.',
  risk: 'none',
  maps: [],
  reads: { docker },
  judge({ docker: { installed, read, containers } }, { policy }) {
    if (!installed) return notApplicable('Docker is not installed');
    const loose = containers.flatMap(({ name, image, pinned }) => {
      const trusted = policy.trustedImages.some((start) => fullName(image).startsWith(start));
      return pinned && trusted
        ? []
        : [{ subject: `container ${name}`, evidence: { container: name, image, pinned, trusted } }];
    });
    return loose.length === 0 && !read ? unknown('Docker could not be asked') : failures(loose);
  },
});

/** `nginx` is docker.io/library/nginx, `user/app` is docker.io/user/app. */
function fullName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}
