// Identifiers. UUIDv7 sorts by time, so indexes on it stay dense; brands keep a server's id from being passed as a task's.
import { hash } from 'node:crypto';
import { v7, validate } from 'uuid';

declare const brand: unique symbol;
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

export type EventId = Branded<string, 'EventId'>;
export type CommandId = Branded<string, 'CommandId'>;

/** The one tenant until cells exist. It is part of every key, so a second one needs no migration. */
export const DEFAULT_TENANT = '0190a000-0000-7000-8000-000000000001';

const NAMESPACE = Buffer.from('7b1c2f6e5d0a5c9e9a433f1f0a9d6b11', 'hex');

export function newId(): string {
  return v7();
}

/** The same parts always give the same id: a policy that runs twice repeats its command instead of issuing a second one. */
export function derivedId(...parts: readonly string[]): string {
  // A UUID of version 5 (RFC 9562 §5.5) in one call of OpenSSL: each line of a ban log needs one.
  const sha1 = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(parts.join('\u001f'))]), 'hex');
  const variant = ((Number.parseInt(sha1.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${sha1.slice(0, 8)}-${sha1.slice(8, 12)}-5${sha1.slice(13, 16)}-${variant}${sha1.slice(17, 20)}-${sha1.slice(20, 32)}`;
}

export function isUuid(value: string): boolean {
  return validate(value);
}
