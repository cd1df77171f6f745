// A lab machine as a probe sees it, over `docker exec`, as root or as a user without rights.
import type { FileText, ProbedHost } from '@muster/posture/host';
import { tryDocker } from '../docker.ts';
import type { Machine } from '../machine.ts';
import { KEPT } from './weakness.ts';

export function probedMachine(machine: Machine, user = 'root'): ProbedHost {
  const environment = ['-e', 'LC_ALL=C', '-e', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'];
  const exec = (args: readonly string[], input?: string) =>
    tryDocker(
      ['exec', ...(input === undefined ? [] : ['-i']), '-u', user, ...environment, machine.container, ...args],
      60_000,
      input,
    );
  return {
    async run(tool, args, input) {
      const ran = await exec([tool, ...args], input);
      // What Docker says of a program that is not there.
      return ran.code === 127 || (ran.code === 126 && /executable file not found/.test(ran.stdout + ran.stderr))
        ? undefined
        : { code: ran.code, stdout: ran.stdout, stderr: ran.stderr };
    },
    async read(path): Promise<FileText> {
      const ran = await exec(['cat', path]);
      if (ran.code === 0) return { state: 'read', text: ran.stdout };
      if (/No such file|Not a directory/.test(ran.stderr)) return { state: 'absent' };
      return { state: 'unreadable', why: ran.stderr.trim().slice(0, 200) };
    },
    // In the agent's own folder, so that a weakness may be planted there as well.
    async recall(name) {
      const ran = await exec(['cat', `${KEPT}/${name}.json`]);
      return ran.code === 0 ? ran.stdout : null;
    },
    async keep(name, text) {
      if (user === 'root') await machine.sh(`mkdir -p ${KEPT} && cat > ${KEPT}/${name}.json`, { input: text });
    },
  };
}
