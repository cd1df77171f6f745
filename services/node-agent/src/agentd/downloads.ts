// Downloads a release for the root helper, which has no network. What arrives is checked here only to give up early: the
// helper hashes its own copy.
import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { WantedFile } from '../capabilities/releases/take-file.ts';
import { makeFolderIn } from '../host/files.ts';

const SILENT_MS = 60_000;

export class Downloads {
  readonly #controlPlane: string;
  readonly #folder: string;
  #running: Promise<void> | undefined;

  constructor(controlPlane: string, folder: string) {
    this.#controlPlane = controlPlane;
    this.#folder = folder;
  }

  /** One at a time: asked again while it runs, it is the same download. */
  fetch(file: WantedFile): Promise<void> {
    this.#running ??= this.#download(file).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #download({ name, sha256, bytes }: WantedFile): Promise<void> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/.test(name)) throw new Error(`"${name}" is no name of a release`);
    // What an earlier update left is not needed any more.
    await rm(this.#folder, { recursive: true, force: true });
    await makeFolderIn(dirname(this.#folder), basename(this.#folder));
    const abort = new AbortController();
    const silence = setTimeout(() => abort.abort(new Error('The control plane went silent')), SILENT_MS);
    const address = `${this.#controlPlane}/agent/releases/${name}`;
    const part = join(this.#folder, 'part');
    const file = await open(part, 'w', 0o600);
    try {
      const response = await fetch(address, { signal: abort.signal, redirect: 'error' });
      if (!response.ok || response.body === null) throw new Error(`${address} answered ${response.status}`);
      const hash = createHash('sha256');
      let received = 0;
      for await (const chunk of response.body) {
        silence.refresh();
        received += chunk.length;
        if (received > bytes) throw new Error(`${name} is longer than its manifest says`);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      if (received !== bytes || hash.digest('hex') !== sha256) {
        throw new Error(`${name} is not the release that its manifest names`);
      }
      await file.datasync();
    } finally {
      clearTimeout(silence);
      await file.close();
    }
    await rename(part, join(this.#folder, name));
  }
}
