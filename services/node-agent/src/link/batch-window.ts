// Sends what is spooled, a window of batches at a time; what was not acknowledged goes again over the next connection.
import type { FromAgent } from '@muster/contracts/agent';
import type { Spool } from './spool.ts';

/** Batches on their way; the next waits for an acknowledgement. */
const WINDOW = 16;

export class BatchWindow {
  readonly #spool: Spool;
  /** False: there is no connection that could take it. */
  readonly #send: (frame: Extract<FromAgent, { t: 'batch' }>) => boolean;
  readonly #failed: (error: unknown) => void;
  #sentSeq = 0;
  #ackedSeq = 0;
  #pumping = false;

  constructor(
    spool: Spool,
    send: (frame: Extract<FromAgent, { t: 'batch' }>) => boolean,
    failed: (error: unknown) => void,
  ) {
    this.#spool = spool;
    this.#send = send;
    this.#failed = failed;
  }

  /** A new connection: whatever is not acknowledged is sent again. */
  begin(): void {
    this.#sentSeq = this.#ackedSeq;
  }

  async acknowledged(seq: number): Promise<void> {
    this.#ackedSeq = Math.max(this.#ackedSeq, seq);
    await this.#spool.acknowledge(seq);
    void this.pump();
  }

  async pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (;;) {
        const unacknowledged = await this.#spool.after(this.#ackedSeq, WINDOW);
        const next = unacknowledged.filter((batch) => batch.seq > this.#sentSeq);
        if (next.length === 0) return;
        for (const { seq, body } of next) {
          if (!this.#send({ t: 'batch', seq, body })) return;
          this.#sentSeq = seq;
        }
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#pumping = false;
    }
  }
}
