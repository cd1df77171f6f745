// How probes see this host: programs of root's own folders, run last in every queue and within bounds, and plain files
// up to a size. A reading never waits for a pipe that somebody left in its way.
import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileText, ProbedHost } from '@muster/posture/host';
import type { Exec } from '../../host/exec.ts';
import { isAbsent } from '../../host/files.ts';
import type { PostureMemory } from './posture-memory.ts';

const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const IONICE = '/usr/bin/ionice';
const BOUNDS = { timeoutMs: 20_000, maxOutputBytes: 8 * 1024 * 1024, nice: 15 };
const MOST_FILE_BYTES = 1024 * 1024;

export function postureHost(exec: Exec, memory: PostureMemory, bounds = BOUNDS): ProbedHost {
  return {
    async run(tool, args, input) {
      const path = FOLDERS.map((folder) => `${folder}/${tool}`).find((one) => existsSync(one));
      if (path === undefined) return undefined;
      const [program, ...all] = [...afterOthers(), path, ...args];
      const { code, stdout, stderr } = await exec(program ?? path, all, { ...bounds, input: input ?? '' });
      return { code, stdout, stderr };
    },
    read: readBounded,
    async recall(name) {
      const file = await readBounded(memory.pathOf(name));
      return file.state === 'read' ? file.text : null;
    },
    keep: (name, text) => memory.keep(name, text),
  };
}

/** The words before a program that let everything else on the server read and write first. */
const afterOthers = (): string[] => (existsSync(IONICE) ? [IONICE, '-c', '3'] : []);

async function readBounded(path: string): Promise<FileText> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) return { state: 'unreadable', why: 'it is not a plain file' };
      const buffer = Buffer.alloc(MOST_FILE_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead === buffer.length)
        return { state: 'unreadable', why: `it is larger than ${MOST_FILE_BYTES} bytes` };
      return { state: 'read', text: buffer.subarray(0, bytesRead).toString('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAbsent(error)) return { state: 'absent' };
    return { state: 'unreadable', why: error instanceof Error ? error.message.slice(0, 200) : String(error) };
  }
}
