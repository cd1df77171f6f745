// What an agent keeps of its control plane, for simulated agents and tests: lost with the process.
import type { Keyset, SignedEpoch, SignedKeyset } from '@muster/contracts/agent';
import type { KeysetMemory } from './options.ts';
import type { SeenCheckpoint, WitnessMemory } from './witness.ts';

export class WitnessInMemory implements WitnessMemory {
  seen: SeenCheckpoint | undefined;
  epoch: SignedEpoch | undefined;

  constructor({ seen, epoch }: { seen?: SeenCheckpoint; epoch?: SignedEpoch } = {}) {
    this.seen = seen;
    this.epoch = epoch;
  }

  load(): Promise<SeenCheckpoint | undefined> {
    return Promise.resolve(this.seen);
  }
  save(seen: SeenCheckpoint): Promise<void> {
    this.seen = seen;
    return Promise.resolve();
  }
  loadEpoch(): Promise<SignedEpoch | undefined> {
    return Promise.resolve(this.epoch);
  }
  saveEpoch(epoch: SignedEpoch): Promise<void> {
    this.epoch = epoch;
    return Promise.resolve();
  }
}

export class KeysetInMemory implements KeysetMemory {
  current: Keyset | undefined;

  save(_signed: SignedKeyset, keyset: Keyset): Promise<void> {
    this.current = keyset;
    return Promise.resolve();
  }
}
