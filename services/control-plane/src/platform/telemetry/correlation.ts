// Which request a line of the log belongs to. Everything that a request leads to within this process carries its id; events
// carry the same id as `correlation`, and so do the traces.
import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

export function withCorrelation<Result>(correlationId: string, work: () => Result): Result {
  return current.run(correlationId, work);
}

export function currentCorrelation(): string | undefined {
  return current.getStore();
}
