// An answer that is a file: a stream with its type and the name under which a browser keeps it.
import type { Readable } from 'node:stream';

export class Download {
  constructor(
    readonly stream: Readable,
    readonly type: string,
    readonly filename: string,
  ) {}
}
