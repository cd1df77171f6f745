// The line that an administrator copies to a server and runs there as root.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const SCRIPT = 'muster-install.sh';

/**
 * Downloads the install script, and runs it when it is the one that the page promised: whoever stands between the server and
 * Muster (a mirror, a proxy that opens TLS) did not make the page. The token comes on standard input, never on the command
 * line, where every user of the host could read it. Without the folder of releases the line names no hash; there is then
 * nothing to install either.
 */
export async function installLine(
  publicUrl: string,
  enrolmentId: string,
  releases: string | undefined,
): Promise<string> {
  const hash = releases === undefined ? null : await hashOf(join(releases, 'install.sh'));
  return [
    `curl -fsS '${publicUrl}/agent/install.sh?enrolment=${enrolmentId}' -o ${SCRIPT}`,
    ...(hash === null ? [] : [`echo '${hash}  ${SCRIPT}' | sha256sum --check --quiet`]),
    `sudo sh ${SCRIPT} --server ${publicUrl}`,
  ].join(' && ');
}

async function hashOf(path: string): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
