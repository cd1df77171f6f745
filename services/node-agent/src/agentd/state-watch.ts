// Sees that the state folder is gone under a running agentd. Files that are open go on taking what is written to them, and
// nobody would ever read it again; and without its identity no next start could sign in.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from '../host/files.ts';

const LOOK_MS = 2000;

export class StateWatch {
  /** Resolves once, with a sentence for the log. */
  readonly lost: Promise<string>;
  readonly #timer: NodeJS.Timeout;

  /** `folder`: as `AgentStore.open` took it, so there is an enrolment in it. */
  constructor(folder: string, everyMs = LOOK_MS) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.lost = promise;
    this.#timer = setInterval(() => {
      // Any other failure may pass: a file system that does not answer is not a folder that is gone.
      stat(join(folder, 'agent.json')).catch((error: unknown) => {
        if (!isAbsent(error)) return;
        this.stop();
        resolve(
          `${folder} holds no enrolment any more: somebody removed it. Put the folder back and start muster-agentd, or enrol this server again`,
        );
      });
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
