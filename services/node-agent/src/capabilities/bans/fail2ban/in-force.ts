// What of ours is in force in fail2ban, known beyond the end of the root helper: without it every start would have to read
// fail2ban's whole configuration, try a copy of it and reload. Believed only while nothing has changed that it depends on:
// every file of the configuration (ours among them), the fail2ban that runs, and the agent that wrote it. A change in between
// costs that work once more, never a protection: what the running jails do is asked at every sync besides.
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@muster/kernel/hashing';
import { z } from 'zod';
import { isAbsent, readIfPresent, writeFileAtomically } from '../../../host/files.ts';

export interface InForcePlaces {
  /** Where it is written down: a file in root's own folder. */
  readonly path: string;
  /** /etc/fail2ban */
  readonly folder: string;
  /** /run/fail2ban/fail2ban.sock: every start of fail2ban makes another. */
  readonly socket: string;
  /** Which agent writes it, and what: another one may write something else. */
  readonly agent: string;
}

/** By path below the folder; null where something cannot be told by its state alone. */
export type Configuration = ReadonlyMap<string, string> | null;

const record = z.strictObject({ v: z.literal(1), inForce: z.string(), basis: z.string() });

export class InForce {
  readonly #places: InForcePlaces;

  constructor(places: InForcePlaces) {
    this.#places = places;
  }

  /** What was kept last; undefined when nothing was, or when anything has changed since. */
  async recall(): Promise<string | undefined> {
    try {
      const text = await readIfPresent(this.#places.path);
      const kept = text === undefined ? undefined : record.parse(JSON.parse(text));
      if (kept === undefined) return undefined;
      return kept.basis === (await this.#basis(await this.look())) ? kept.inForce : undefined;
    } catch {
      // Whatever is wrong with it: fail2ban is asked instead.
      return undefined;
    }
  }

  /** Every file of the configuration as it is now. */
  look(): Promise<Configuration> {
    // A link that leads nowhere, or a file that goes while we look: nothing can be vouched for.
    return this.#files().catch(() => null);
  }

  /** `written`: the configuration from which fail2ban was told. Where it cannot be vouched for, nothing is kept. */
  async keep(inForce: string, written: Configuration): Promise<void> {
    const basis = await this.#basis(written);
    if (basis === undefined) return this.forget();
    const text = JSON.stringify({ v: 1, inForce, basis } satisfies z.input<typeof record>);
    await writeFileAtomically(this.#places.path, text, { mode: 0o600 });
  }

  async forget(): Promise<void> {
    await rm(this.#places.path, { force: true });
  }

  async #files(): Promise<Configuration> {
    const seen = new Map<string, string>();
    for (const entry of await readdir(this.#places.folder, { withFileTypes: true, recursive: true })) {
      if (entry.isDirectory()) continue;
      const path = join(entry.parentPath, entry.name);
      const [itself, meant] = await Promise.all([lstat(path, { bigint: true }), stat(path, { bigint: true })]);
      // What a linked folder holds is not looked through.
      if (!meant.isFile()) return null;
      seen.set(path.slice(this.#places.folder.length + 1), `${stateOf(itself)} ${stateOf(meant)}`);
    }
    return seen;
  }

  async #basis(configuration: Configuration): Promise<string | undefined> {
    const { socket, agent } = this.#places;
    const running = await stat(socket, { bigint: true }).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (configuration === null || running === undefined) return undefined;
    const files = [...configuration].sort(([a], [b]) => (a < b ? -1 : 1));
    return sha256Hex(JSON.stringify([agent, `${running.ino} ${running.birthtimeNs} ${running.ctimeNs}`, files]));
  }
}

/** True when both show the same files but for those named. */
export function sameBut(names: readonly string[], a: Configuration, b: Configuration): boolean {
  if (a === null || b === null) return false;
  const paths = new Set([...a.keys(), ...b.keys()]);
  return [...paths].every((path) => names.includes(path) || a.get(path) === b.get(path));
}

/** The time of its last change (ctime) is the kernel's own: no program can set it back. */
const stateOf = (file: {
  ino: bigint;
  size: bigint;
  mode: bigint;
  uid: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}): string => [file.ino, file.size, file.mode, file.uid, file.mtimeNs, file.ctimeNs].join(' ');
