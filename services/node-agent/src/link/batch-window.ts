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
  /** Numbers over this connection that are not acknowledged. */
  #onTheWay: number[] = [];
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
    this.#onTheWay = [];
  }

  async acknowledged(seq: number): Promise<void> {
    this.#ackedSeq = Math.max(this.#ackedSeq, seq);
    this.#onTheWay = this.#onTheWay.filter((sent) => sent > this.#ackedSeq);
    await this.#spool.acknowledge(seq);
    void this.pump();
  }

  async pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (;;) {
        const [onTheWay, from] = [this.#onTheWay, Math.max(this.#sentSeq, this.#ackedSeq)];
        const room = WINDOW - onTheWay.length;
        if (room <= 0) return;
        // What is on its way is not read again: a batch is a file to open and half a mebibyte at most.
        const next = await this.#spool.after(from, room);
        const isOther = this.#onTheWay !== onTheWay;
        if (isOther) continue;
        if (next.length === 0) return;
        for (const { seq, body } of next) {
          if (!this.#send({ t: 'batch', seq, body })) return;
          this.#sentSeq = seq;
          this.#onTheWay.push(seq);
        }
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#pumping = false;
    }
  }
}
