// Serves the agent: the install script and the tarballs, with nothing else of the disk reachable. The first download
// with an enrolment's id in the query marks that enrolment as under way.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { signed, type Signed, type SignedKeyset } from '@muster/contracts/agent';
import { isUuid } from '@muster/kernel/ids';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Refusal } from '../../platform/errors/refusal.ts';
import { sendProblem } from '../../platform/http/problem.ts';
import type { Trust } from '../../platform/keys/trust.ts';

const manifestFile = z.object({ signed: signed.optional() });
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

export function serveReleases(
  server: FastifyInstance,
  folder: string | undefined,
  trust: Trust,
  downloaded: (enrolmentId: string) => Promise<void>,
): void {
  server.get<{ Querystring: { enrolment?: string } }>('/agent/install.sh', async (request, reply) => {
    try {
      if (!folder) throw notBuilt();
      const script = await readFile(join(folder, 'install.sh'), 'utf8').catch(() => {
        throw notBuilt();
      });
      const { enrolment } = request.query;
      if (typeof enrolment === 'string' && isUuid(enrolment)) await downloaded(enrolment);
      await reply.header('content-type', 'text/x-shellscript; charset=utf-8').send(script);
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  });
  server.get<{ Params: { name: string } }>('/agent/releases/:name/proof', async (request, reply) => {
    try {
      const { name } = request.params;
      const { signed } = folder === undefined || !NAME.test(name) ? {} : await manifestIn(folder, name);
      if (!signed) throw new Refusal('not-found', 'not-found', 'There is no such release');
      await reply.header('content-type', 'text/plain; charset=utf-8').send(proofOf(trust.signed, signed));
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  });
  server.get<{ Params: { name: string } }>('/agent/releases/:name', async (request, reply) => {
    try {
      const { name } = request.params;
      if (!folder) throw notBuilt();
      if (!NAME.test(name) || !(await readdir(folder)).includes(name)) {
        throw new Refusal('not-found', 'not-found', 'There is no such release');
      }
      const path = join(folder, name);
      const { size } = await stat(path);
      await reply
        .header('content-type', 'application/octet-stream')
        .header('content-length', String(size))
        .send(createReadStream(path));
    } catch (error) {
      await sendProblem(request, reply, error);
    }
  });
}

async function manifestIn(folder: string, name: string): Promise<z.output<typeof manifestFile>> {
  const text = await readFile(join(folder, `${name}.manifest.json`), 'utf8').catch(() => '{}');
  return manifestFile.safeParse(JSON.parse(text)).data ?? {};
}

/** From the root key down to the release, in lines that a shell can take apart. */
function proofOf(keyset: SignedKeyset, release: Signed): string {
  const lines = [
    ['root-key', keyset.rootKey],
    ['keyset', keyset.body],
    ['keyset-signature', keyset.signature],
    ['release', release.body],
    ['release-signature', release.signature],
    ['release-key', release.keyId],
  ];
  return lines.map(([word, value]) => `${word} ${value}\n`).join('');
}

const notBuilt = () => new Refusal('unavailable', 'not-built', 'The agent was not built here. Run npm start once more');
