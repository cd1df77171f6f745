// The lab's two images, built from Debian's packages once; Docker's layer cache makes later builds a second.
import { join } from 'node:path';
import { docker } from './docker.ts';

export const SERVER_IMAGE = 'muster-lab-server';
export const ATTACKER_IMAGE = 'muster-lab-attacker';
/** The server with a site, databases, mail and DNS, for what checks look at. */
export const HOSTING_IMAGE = 'muster-lab-hosting';
const FOLDER = join(import.meta.dirname, 'image');

/** Both are FROM this image; name another where Docker Hub is not reachable. */
const debianImage = process.env['MUSTER_LAB_DEBIAN_IMAGE'] ?? 'debian:bookworm-slim';

export async function buildImages(): Promise<void> {
  for (const [image, file] of [
    [SERVER_IMAGE, 'server.Dockerfile'],
    [ATTACKER_IMAGE, 'attacker.Dockerfile'],
  ] as const) {
    const args = ['build', '--quiet', '--network=host', '--build-arg', `DEBIAN_IMAGE=${debianImage}`];
    await docker([...args, '-t', image, '-f', join(FOLDER, file), FOLDER], 600_000);
  }
}

export async function buildHostingImage(): Promise<void> {
  await buildImages();
  const args = [
    'build',
    '--quiet',
    '--network=host',
    '-t',
    HOSTING_IMAGE,
    '-f',
    join(FOLDER, 'hosting.Dockerfile'),
    FOLDER,
  ];
  await docker(args, 900_000);
}
