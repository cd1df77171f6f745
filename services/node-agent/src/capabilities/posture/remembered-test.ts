// `fail2ban-client -t` reads all of fail2ban's configuration: the dearest program that probes run every few minutes. That it passed is
// remembered for a while, beyond the end of the root helper, as long as nothing has changed that it depends on: every file of the
// configuration, the fail2ban that runs, and the log files that it found (a jail whose log is gone stops the next start, although
// no file of the configuration has changed): they are looked for in every round. What failed is tried again each time, so that
// mending it is seen at once.
import { existsSync } from 'node:fs';
import type { ProbedHost, Ran } from '@muster/posture/host';
import { z } from 'zod';
import { sameBut } from '../bans/fail2ban/in-force.ts';
import type { InForce } from '../bans/fail2ban/in-force.ts';

export interface RememberedTestParts {
  /** Which configuration passed, and when. */
  readonly passed: InForce;
  /** Milliseconds of the wall clock. */
  readonly now: () => number;
}

/** For what the files cannot show: another Python. */
const REMEMBER_MS = 3600_000;
const PASSED: Ran = { code: 0, stdout: '', stderr: '' };

/** By jail, the log files that it found; one of them is enough for it to start. */
const pass = z.strictObject({ at: z.number(), logs: z.array(z.array(z.string()).min(1)) });

/** The same host, on which that one program is run only when its answer may be another one. */
export function rememberingTest(host: ProbedHost, { passed, now }: RememberedTestParts): ProbedHost {
  const stillHolds = async (): Promise<boolean> => {
    const kept = await passed.recall();
    if (kept === undefined) return false;
    const { at, logs } = pass.parse(JSON.parse(kept));
    const age = now() - at;
    return age >= 0 && age < REMEMBER_MS && logs.every((ofJail) => ofJail.some((log) => existsSync(log)));
  };
  const remember = async (before: Awaited<ReturnType<InForce['look']>>): Promise<void> => {
    // What it would start with: which log files each jail finds, whether it runs or not. Not asked together with the test (-d -t),
    // which then lets a missing log pass.
    const dumped = await host.run('fail2ban-client', ['-d']);
    const logs = dumped?.code === 0 ? logsIn(dumped.stdout) : undefined;
    const after = await passed.look();
    // What changed while it was tried is not what was tried.
    const tried = logs !== undefined && sameBut([], before, after) ? after : null;
    await passed.keep(JSON.stringify({ at: now(), logs: logs ?? [] }), tried);
  };
  const test = async (): Promise<Ran | undefined> => {
    if (await stillHolds().catch(() => false)) return PASSED;
    const before = await passed.look();
    const ran = await host.run('fail2ban-client', ['-t']);
    await (ran?.code === 0 ? remember(before) : passed.forget()).catch(() => {
      // Not remembered: it is run again the next time.
    });
    return ran;
  };
  return {
    run: (tool, args, input) =>
      tool === 'fail2ban-client' && args.length === 1 && args[0] === '-t' ? test() : host.run(tool, args, input),
    read: (path) => host.read(path),
    recall: (name) => host.recall(name),
    keep: (name, text) => host.keep(name, text),
  };
}

const NAMES_A_LOG = /^\['set', [^,]+, 'addlogpath', /;
const A_LOG = /^\['set', '([^'\\]+)', 'addlogpath', '([^'\\]+)', '(?:head|tail)'\]$/;

/**
 * The log files of each jail by what `fail2ban-client -d` prints: lists of Python, one a line, of which
 * `['set', 'sshd', 'addlogpath', '/var/log/auth.log', 'head']` names a file that was there. undefined: one is not understood.
 */
function logsIn(dumped: string): string[][] | undefined {
  const byJail = new Map<string, string[]>();
  for (const line of dumped.split('\n').filter((one) => NAMES_A_LOG.test(one))) {
    const [, jail, path] = A_LOG.exec(line) ?? [];
    if (jail === undefined || path === undefined) return undefined;
    byJail.set(jail, [...(byJail.get(jail) ?? []), path]);
  }
  return [...byJail.values()];
}
