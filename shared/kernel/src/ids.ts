// Identifiers. UUIDv7 sorts by time, so indexes on it stay dense; brands keep a server's id from being passed as a task's.
import { v5, v7, validate } from 'uuid';

declare const brand: unique symbol;
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type EventId = Branded<string, 'EventId'>;
export type CommandId = Branded<string, 'CommandId'>;

/** The one tenant until cells exist. It is part of every key, so a second one needs no migration. */
export const DEFAULT_TENANT = '0190a000-0000-7000-8000-000000000001';

const NAMESPACE = '7b1c2f6e-5d0a-5c9e-9a43-3f1f0a9d6b11';

export function newId(): string {
  return v7();
}

/** The same parts always give the same id: a policy that runs twice repeats its command instead of issuing a second one. */
export function derivedId(...parts: readonly string[]): string {
  return v5(parts.join('\u001f'), NAMESPACE);
}

export function isUuid(value: string): boolean {
  return validate(value);
}
