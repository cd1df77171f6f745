// What the root helper and muster-switch say to each other through files in the helper's own folder: the plan, the new
// helper's word that it is healthy, the outcome. Lines of `word=value`, because a shell without Node reads and writes them.
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { releaseVersion } from '@muster/contracts/agent';
import { makeFolderIn, readIfPresent, writeFileAtomically } from '../../host/files.ts';

export interface UpdatePlan {
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  readonly windowSeconds: number;
  /** Where to go back to; '' when the version that runs now must never run again. */
  readonly fallback: string;
}

export interface UpdateOutcome {
  readonly sha256: string;
  readonly result: 'proven' | 'fell-back' | 'stuck';
  readonly why: string;
}

export class UpdateFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  prepare(): Promise<unknown> {
    return makeFolderIn(dirname(this.folder), basename(this.folder));
  }

  /** Nothing that an earlier update said may speak for this one. */
  async forget(): Promise<void> {
    for (const name of ['plan', 'outcome', 'healthy', 'attempts']) await rm(join(this.folder, name), { force: true });
  }

  async plan(): Promise<UpdatePlan | undefined> {
    const said = await this.#read('plan');
    const { from, to, sha256, window, fallback } = said ?? {};
    if (from === undefined || to === undefined || sha256 === undefined) return undefined;
    return { from, to, sha256, windowSeconds: Number(window), fallback: fallback ?? '' };
  }

  writePlan({ from, to, sha256, windowSeconds, fallback }: UpdatePlan): Promise<void> {
    return this.#write('plan', { from, to, sha256, window: String(windowSeconds), fallback });
  }

  async outcome(): Promise<UpdateOutcome | undefined> {
    const { sha256, result, why } = (await this.#read('outcome')) ?? {};
    if (sha256 === undefined || (result !== 'proven' && result !== 'fell-back' && result !== 'stuck')) return undefined;
    return { sha256, result, why: why ?? '' };
  }

  sayHealthy(version: string): Promise<void> {
    return this.#write('healthy', { version });
  }

  /** The oldest version that may run here; only grows. */
  async floor(): Promise<string> {
    const { version } = (await this.#read('floor')) ?? {};
    return releaseVersion.safeParse(version).data ?? '0.0.0';
  }

  raiseFloor(version: string): Promise<void> {
    return this.#write('floor', { version });
  }

  async #read(name: string): Promise<Record<string, string> | undefined> {
    const text = await readIfPresent(join(this.folder, name));
    if (text === undefined) return undefined;
    return Object.fromEntries(
      text.split('\n').flatMap((line) => {
        const at = line.indexOf('=');
        return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
      }),
    );
  }

  #write(name: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(fields).map(([word, value]) => `${word}=${value}\n`);
    return writeFileAtomically(join(this.folder, name), lines.join(''), { mode: 0o600 });
  }
}
