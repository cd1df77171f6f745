// Programs that run from where no program belongs, or whose file is gone.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';

const strange = z.strictObject({
  pid: z.int().positive(),
  exe: said(200),
  why: z.enum(['temporary-folder', 'deleted']),
});

export const processes = probe('processes', {
  sentence: 'Running programs whose file lies in a temporary folder or was deleted',
  cadence: 'minutes',
  costMs: 30,
  privilege: 'programs of other users',
  reading: z.strictObject({
    strange: z.array(strange).max(200),
    seen: z.int().nonnegative(),
    hidden: z.int().nonnegative(),
  }),
  async gather(host, unreadable) {
    const ran = await host.run('find', [
      '/proc',
      '-mindepth',
      '2',
      '-maxdepth',
      '2',
      '-path',
      '/proc/[0-9]*/exe',
      '-printf',
      '%p %l\\n',
    ]);
    if (ran === undefined) couldNot('running programs', ran, unreadable);
    const all = parseExecutables(ran?.stdout ?? '');
    const hidden = (ran?.stderr.match(/Permission denied/g) ?? []).length;
    if (hidden > 0) unreadable.push({ what: 'running programs', why: `${hidden} belong to others` });
    return { strange: all.flatMap(judge).slice(0, 200), seen: all.length, hidden };
  },
});

/** A thread of the kernel has no program. */
export const parseExecutables = (text: string): { pid: number; exe: string }[] =>
  lines(text).flatMap((line) => {
    const [, pid, exe] = /^\/proc\/(\d+)\/exe (.+)$/.exec(line) ?? [];
    return pid === undefined || exe === undefined ? [] : [{ pid: Number(pid), exe }];
  });

function judge({ pid, exe }: { pid: number; exe: string }): z.infer<typeof strange>[] {
  if (/^\/(?:tmp|dev\/shm|var\/tmp)\//.test(exe)) return [{ pid, exe: exe.slice(0, 200), why: 'temporary-folder' }];
  // An upgraded package leaves old programs running until their service restarts: /usr is the package manager's.
  if (exe.endsWith(' (deleted)') && !/^\/usr\/|^\/memfd:/.test(exe))
    return [{ pid, exe: exe.slice(0, 200), why: 'deleted' }];
  if (exe.startsWith('/memfd:')) return [{ pid, exe: exe.slice(0, 200), why: 'deleted' }];
  return [];
}
