// Serves the agent: the install script and the tarballs, with nothing else of the disk reachable. The first download
// with an enrolment's id in the query marks that enrolment as under way.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isUuid } from '@muster/kernel/ids';
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../../platform/errors/refusal.ts';
import { sendProblem } from '../../platform/http/problem.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/;

export function serveReleases(
  server: FastifyInstance,
  folder: string | undefined,
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

const notBuilt = () => new Refusal('unavailable', 'not-built', 'The agent was not built here. Run npm start once more');
