// Why an append was refused. Each says what to do next; the edge maps them to answers.
export class ConcurrencyConflict extends Error {
  override readonly name = 'ConcurrencyConflict';
  readonly streamId: string;
  readonly expectedVersion: number | 'any' | 'new';
  readonly actualVersion: number;
  constructor(streamId: string, expectedVersion: number | 'any' | 'new', actualVersion: number) {
    super(`Stream ${streamId} is at version ${actualVersion}, not ${expectedVersion}: read it again and decide anew.`);
    this.streamId = streamId;
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

export class CommandReused extends Error {
  override readonly name = 'CommandReused';
  readonly commandId: string;
  constructor(commandId: string) {
    super(`Command ${commandId} was accepted before with another content: give a new action a new id.`);
    this.commandId = commandId;
  }
}

export class AlreadyTaken extends Error {
  override readonly name = 'AlreadyTaken';
  readonly namespace: string;
  readonly keys: readonly string[];
  constructor(namespace: string, keys: readonly string[]) {
    super(`${namespace} ${keys.join(', ')} is already taken.`);
    this.namespace = namespace;
    this.keys = keys;
  }
}

export class EmptyAppend extends Error {
  override readonly name = 'EmptyAppend';
  constructor(streamId: string) {
    super(`An append to ${streamId} without events: a command that changes nothing must say so before it appends.`);
  }
}

/** The body or meta cannot be stored as text, or a field has a form the database refuses. */
export class UnstorableEvent extends Error {
  override readonly name = 'UnstorableEvent';
}
