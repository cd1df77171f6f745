// A sign of life of a process that nothing can ask, because it listens to nobody: the time of a file.
import { closeSync, openSync, utimesSync } from 'node:fs';

const AT_MOST_EVERY_MS = 1000;

export class AliveFile {
  readonly #path: string | undefined;
  #touchedAt = -Infinity;

  /** Without a path it does nothing. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Call it after each round of work that went well; it costs nothing when called often. */
  touch(): void {
    if (this.#path === undefined || performance.now() - this.#touchedAt < AT_MOST_EVERY_MS) return;
    this.#touchedAt = performance.now();
    const now = new Date();
    closeSync(openSync(this.#path, 'a', 0o600));
    utimesSync(this.#path, now, now);
  }
}
