// What a link is given: who it is, the wire, and those it carries for.
import type { Keyset, SignedKeyset } from '@muster/contracts/agent';
import type { CapabilityName } from '@muster/contracts/servers';
import type { Clock } from '@muster/kernel/clock';
import type { PublicKeyText } from '@muster/kernel/signing';
import type { IdentityKeys } from './identity-keys.ts';
import type { Spool } from './spool.ts';
import type { TaskHandler } from './task-handler.ts';
import type { Transport } from './transport.ts';
import type { Witness } from './witness.ts';

export interface LinkIdentity {
  readonly server: string;
  readonly keys: IdentityKeys;
  /** The root public key that was pinned at enrolment. */
  readonly rootKey: PublicKeyText;
  readonly machineHash: string;
  readonly bootId: string;
  readonly agentVersion: string;
}

export interface KeysetMemory {
  readonly current: Keyset | undefined;
  save(signed: SignedKeyset, keyset: Keyset): Promise<void>;
}

export interface LinkSettings {
  readonly managed: readonly CapabilityName[];
  readonly confirmed: boolean;
}

export interface LinkOptions {
  readonly identity: LinkIdentity;
  readonly transport: Transport;
  readonly tasks: TaskHandler;
  readonly spool: Spool;
  readonly witness: Witness;
  readonly keysets: KeysetMemory;
  readonly clock: Clock;
  readonly load: () => number;
  readonly random?: () => number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
  readonly onReady?: (settings: LinkSettings) => void;
  readonly onSettings?: (settings: LinkSettings) => void;
}
