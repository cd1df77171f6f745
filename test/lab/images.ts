// The lab's two images, built from Debian's packages once; Docker's layer cache makes later builds a second.
import { join } from 'node:path';
import { buildImage } from './docker.ts';

export const SERVER_IMAGE = 'muster-lab-server';
export const ATTACKER_IMAGE = 'muster-lab-attacker';
/** The server with a site, databases, mail and DNS, for what checks look at. */
export const HOSTING_IMAGE = 'muster-lab-hosting';
const FOLDER = join(import.meta.dirname, 'image');

/** Both are FROM this image; name another where Docker Hub is not reachable. */
const debianImage = process.env['MUSTER_LAB_DEBIAN_IMAGE'] ?? 'debian:bookworm-slim';

/** `stopped`: gives a build up. */
export async function buildImages(stopped?: AbortSignal): Promise<void> {
  for (const [image, file] of [
    [SERVER_IMAGE, 'server.Dockerfile'],
    [ATTACKER_IMAGE, 'attacker.Dockerfile'],
  ] as const) {
    const args = ['--build-arg', `DEBIAN_IMAGE=${debianImage}`];
    await buildImage({ image, dockerfile: join(FOLDER, file), folder: FOLDER, args, deadlineMs: 600_000, stopped });
  }
}

/** `stopped`: gives a build up. */
export async function buildHostingImage(stopped?: AbortSignal): Promise<void> {
  await buildImages(stopped);
  const dockerfile = join(FOLDER, 'hosting.Dockerfile');
  await buildImage({ image: HOSTING_IMAGE, dockerfile, folder: FOLDER, deadlineMs: 900_000, stopped });
}
