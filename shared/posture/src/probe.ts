// A probe reads one part of a server, once, however many checks judge it. Its reading holds parsed fields only: never a
// file, never a line of one, never a secret.
import { harmlessText } from '@muster/kernel/harmless-text';
import { z } from 'zod';
import type { FileText, ProbedHost, Ran } from './host.ts';

/** What a host said, bounded and harmless. */
export const said = (max: number) => z.string().max(max).overwrite(harmlessText);

/** A part that could not be read, and why: checks that need it answer "not known". */
export const unreadablePart = z.strictObject({ what: said(80), why: said(200) });
export type UnreadablePart = z.infer<typeof unreadablePart>;

export type Cadence = 'minutes' | 'hourly' | 'daily' | 'weekly';
export const CADENCE_SECONDS: Readonly<Record<Cadence, number>> = {
  minutes: 300,
  hourly: 3600,
  daily: 86_400,
  weekly: 604_800,
};

/** What checks read of a server: what a probe on it says, or what the prober saw from outside. */
export interface Source<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  readonly sentence: string;
  readonly reading: Schema;
}

export interface Probe<Name extends string = string, Schema extends z.ZodType = z.ZodType> extends Source<
  Name,
  Schema
> {
  readonly cadence: Cadence;
  /** Measured once on a small Debian server: how long it takes, so that an expensive probe is seen as one. */
  readonly costMs: number;
  /** What it needs that only root has; null when any user can read all of it. */
  readonly privilege: string | null;
  /** It asks the server over its network, which the root helper does not have: agentd runs it. */
  readonly network?: boolean;
  /** It is run at once when something changes in a place that the agent watches. */
  readonly onChange?: boolean;
  gather(host: ProbedHost, unreadable: UnreadablePart[]): Promise<z.input<Schema>>;
}

export function probe<Name extends string, Schema extends z.ZodType>(
  name: Name,
  definition: Omit<Probe<Name, Schema>, 'name'>,
): Probe<Name, Schema> {
  return { name, ...definition };
}

/** The text of a file, '' when there is none; null when it may not be read, which is written down. */
export async function textOf(host: ProbedHost, path: string, unreadable: UnreadablePart[]): Promise<string | null> {
  const file = await host.read(path);
  return seen(path, file, unreadable);
}

/** The same for a file that a program cannot do without: where there is none, something was not understood. */
export async function textThatIsThere(
  host: ProbedHost,
  path: string,
  unreadable: UnreadablePart[],
): Promise<string | null> {
  const file = await host.read(path);
  return seen(path, file.state === 'absent' ? { state: 'unreadable', why: 'there is no such file' } : file, unreadable);
}

function seen(path: string, file: FileText, unreadable: UnreadablePart[]): string | null {
  switch (file.state) {
    case 'read':
      return file.text;
    case 'absent':
      return '';
    case 'unreadable':
      unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
      return null;
  }
}

/** Written down when a program failed where it should not have. */
export function couldNot(what: string, ran: Ran | undefined, unreadable: UnreadablePart[]): void {
  const first = ran?.stderr.trim().split('\n')[0] ?? '';
  const why = ran === undefined ? 'the program is not installed' : `it answered ${ran.code}: ${first}`;
  unreadable.push({ what: what.slice(0, 80), why: why.slice(0, 200) });
}

export const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

export interface Stat {
  readonly path: string;
  readonly mode: number;
  readonly user: string;
  readonly group: string;
  readonly modifiedAt: number;
}

/** Format of `find -printf` and of `stat -c` that `parseStats` reads. */
export const FIND_FORMAT = '%m %u %g %T@ %p\\n';

/** Files and folders of `find … -printf FIND_FORMAT`. */
export function parseStats(text: string): Stat[] {
  return lines(text).flatMap((line) => {
    const [, mode, user, group, modified, path] = /^(\d+) (\S+) (\S+) (\d+)\S* (.+)$/.exec(line) ?? [];
    if (mode === undefined || user === undefined || group === undefined || path === undefined) return [];
    return [{ path, mode: Number.parseInt(mode, 8), user, group, modifiedAt: Number(modified) }];
  });
}

export const octal = (mode: number): string => mode.toString(8).padStart(4, '0');
