// What probes write down on this server, to compare with the next time: a file per name, in a folder of its own in the
// state folder, where nobody else may write.
import { join } from 'node:path';
import { makeFolderIn, writeFileAtomically } from '../../host/files.ts';

const FOLDER = 'posture';

export class PostureMemory {
  readonly #state: string;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  /** `state`: folder of agentd, or of the root helper. */
  constructor(state: string) {
    this.#state = state;
  }

  pathOf(name: string): string {
    return join(this.#state, FOLDER, `${name}.json`);
  }

  /** Resolves when it is on disk. Rejects where the state folder is gone, and once this was closed. */
  keep(name: string, text: string): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('The agent is ending: nothing is written down any more'));
    const write = this.#writing.then(async () => {
      await makeFolderIn(this.#state, FOLDER);
      await writeFileAtomically(this.pathOf(name), text, { mode: 0o600 });
    });
    this.#writing = write.catch(() => {
      // The probe that kept it hears of it; the next one writes for itself.
    });
    return write;
  }

  /** Waits for what is being written. Nothing is written afterwards, although a probe may still be at work. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }
}
