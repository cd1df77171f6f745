// A site as one program's configuration declares it, before the host is asked about its files.
import type { WebSoftware } from '@muster/contracts/clients';

export interface DeclaredSite {
  readonly software: WebSoftware;
  /** Without patterns; empty for the one that answers whoever asks for no other. */
  readonly names: readonly string[];
  readonly root: string | null;
  readonly listens: readonly string[];
  /** Path of the certificate, never of its key. */
  readonly certificate: string | null;
  readonly logs: readonly string[];
}

export const noSite = (software: WebSoftware): DeclaredSite => ({
  software,
  names: [],
  root: null,
  listens: [],
  certificate: null,
  logs: [],
});

const NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/;

/** undefined: a pattern, a variable, or a name that means "any". */
export function hostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/^\./, '').replace(/\.$/, '');
  if (name === '_' || name === 'localhost' || name.length > 253 || !NAME.test(name)) return undefined;
  return name;
}
