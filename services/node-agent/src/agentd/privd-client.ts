// agentd's end of the root helper's socket. Connects when something is to be asked (which starts the helper), lets go when
// the helper leaves, and carries tasks and receipts between it and the link.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Signed, SignedKeyset } from '@muster/contracts/agent';
import type { WantedScan } from '../capabilities/posture/posture.capability.ts';
import type { WantedFile } from '../capabilities/releases/take-file.ts';
import { NO_EVENTS } from '../link/task-handler.ts';
import type { CancelAnswer, JournalPage, TaskAnswer, TaskHandler, TaskState } from '../link/task-handler.ts';
import { readLines } from '../privd/line-socket.ts';
import { MAX_LINE_BYTES, answers, reply } from '../privd/socket-protocol.ts';
import type { Answer, Operation, Request } from '../privd/socket-protocol.ts';

export class PrivdError extends Error {
  readonly code: string;
  constructor(code: string, reason: string) {
    super(reason);
    this.code = code;
  }
}

interface Pending {
  readonly settle: (answer: unknown) => void;
  readonly fail: (error: PrivdError) => void;
}

type Ask = { [Op in Operation]: Omit<Extract<Request, { op: Op }>, 'id' | 'op'> };

const ANSWER_MS = 60_000;
/** Answers carry up to 5,000 lines of history. */
const MAX_ANSWER_BYTES = 16 * MAX_LINE_BYTES;

export class PrivdClient implements TaskHandler {
  events = NO_EVENTS;
  /** After each receipt, so that what the host holds is reported at once. */
  onOutcome: () => void = () => undefined;
  /** The helper wants a release downloaded; said again until it is there. */
  onWanted: (file: WantedFile) => void = () => undefined;
  /** Somebody wants the server read now; said again until it was answered. */
  onScan: (scan: WantedScan) => void = () => undefined;
  readonly #path: string;
  readonly #pending = new Map<number, Pending>();
  #socket: Promise<Socket> | undefined;
  #nextId = 1;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  async ask<Op extends Operation>(op: Op, fields: Ask[Op]): Promise<Answer<Op>> {
    try {
      return await this.#once(op, fields);
    } catch (error) {
      // The helper leaves when idle; a question that met it on its way out is asked again. Every one can be repeated.
      if (error instanceof PrivdError && error.code === 'gone' && !this.#closed) return this.#once(op, fields);
      throw error;
    }
  }

  async state(): Promise<TaskState> {
    const { seen, openTasks } = await this.ask('hello', {});
    return { seen, openTasks };
  }
  async submit(envelope: Signed): Promise<TaskAnswer> {
    return this.ask('task', { envelope });
  }
  async cancel(envelope: Signed): Promise<CancelAnswer> {
    return this.ask('cancel', { envelope });
  }
  async receipts(): Promise<readonly { task: string; receipt: Signed }[]> {
    return (await this.ask('receipts', {})).receipts;
  }
  async acknowledged(task: string): Promise<void> {
    await this.ask('acknowledge', { task });
  }
  async journal(from: number): Promise<JournalPage> {
    return this.ask('journal', { from });
  }
  async keyset(keyset: SignedKeyset): Promise<void> {
    await this.ask('keyset', { keyset });
  }

  /** Nothing is asked afterwards: a question on its way must not start the helper again. */
  close(): void {
    this.#closed = true;
    this.#socket?.then((socket) => socket.destroy()).catch(() => undefined);
  }

  async #once<Op extends Operation>(op: Op, fields: Ask[Op]): Promise<Answer<Op>> {
    if (this.#closed) throw new PrivdError('closed', 'The agent is ending');
    const socket = await (this.#socket ??= this.#connect());
    const id = this.#nextId++;
    const answer = await new Promise<unknown>((settle, fail) => {
      const timer = setTimeout(
        () => fail(new PrivdError('silent', `The root helper did not answer ${op} within ${ANSWER_MS / 1000} s`)),
        ANSWER_MS,
      );
      const done = (): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
      };
      this.#pending.set(id, {
        settle: (value) => {
          done();
          settle(value);
        },
        fail: (error) => {
          done();
          fail(error);
        },
      });
      socket.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    });
    return answers[op].parse(answer) as Answer<Op>;
  }

  #connect(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path);
      const lost = (code: string, reason: string): void => {
        this.#socket = undefined;
        socket.destroy();
        const error = new PrivdError(code, reason);
        reject(error);
        for (const pending of [...this.#pending.values()]) pending.fail(error);
      };
      socket.once('connect', () => resolve(socket));
      socket.on('error', (error) => lost('unreachable', `The root helper cannot be reached: ${error.message}`));
      socket.on('close', () => lost('gone', 'The root helper went away'));
      readLines(
        socket,
        MAX_ANSWER_BYTES,
        (line) => this.#take(line),
        () => socket.destroy(),
      );
    });
  }

  #take(line: string): void {
    const parsed = reply.safeParse(parse(line));
    if (!parsed.success) return;
    const said = parsed.data;
    switch (said.t) {
      case 'answer':
        this.#pending.get(said.id)?.settle(said.answer);
        return;
      case 'error':
        if (said.id !== null) this.#pending.get(said.id)?.fail(new PrivdError(said.code, said.reason));
        return;
      case 'started':
        this.events.onStarted(said.task);
        return;
      case 'wanted':
        this.onWanted(said);
        return;
      case 'scan':
        this.onScan({ scan: said.scan, probes: said.probes });
        return;
      case 'receipt':
        this.events.onReceipt(said.task, said.receipt);
        this.onOutcome();
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
