// A storm that did not take place is no measurement.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BlockAddress } from '@muster/contracts/bans';
import { ApiProblem, type ApiClient } from '../../support/api-client.ts';
import { BANS_PER_SECOND, BLOCKS_PER_SECOND, Storm } from './storm.ts';

/** A server and its control plane: what was done to them, and what of it they show. */
class Scene {
  readonly banned: string[] = [];
  readonly blocked: string[] = [];
  told = true;
  refuses = false;
  servers = 1;

  readonly machine = {
    sh: (line: string): Promise<string> => {
      if (line.startsWith('nft ')) return Promise.resolve(`\t\telements = { ${this.blocked.join(', ')} }`);
      if (line.startsWith('fail2ban-client get ')) return Promise.resolve(this.banned.join(' '));
      this.banned.push(...(line.match(/\d+\.\d+\.\d+\.\d+/g) ?? []));
      return Promise.resolve('');
    },
  };

  readonly api = {
    call: ((action, input) => {
      const { range, reason, address } = input as Record<string, string>;
      if (action.name === BlockAddress.name) {
        // The real contract: a body that the API would refuse is refused here.
        BlockAddress.input.parse({ ...(input as object), reason });
        if (this.refuses) return Promise.reject(new ApiProblem('POST', '/api/bans/blocks', 409, 'too many'));
        this.blocked.push(range ?? '');
        return Promise.resolve({ servers: this.servers });
      }
      const within = (one: string) => one.startsWith((address ?? '').replace(/0\/24$/, ''));
      return Promise.resolve({ rows: this.told ? this.banned.filter(within).map((one) => ({ address: one })) : [] });
    }) as ApiClient['call'],
  };

  storm(round = 0): Storm {
    return new Storm(this.machine, this.api, round);
  }
}

describe('a storm', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('bans and blocks as many each second as it says, other addresses each time', async () => {
    const scene = new Scene();
    for (const round of [0, 1]) {
      const storm = scene.storm(round);
      for (let second = 0; second < 3; second += 1) await storm.oneSecond();
      await storm.arrived();
    }
    expect(new Set(scene.blocked).size).toBe(2 * 3 * BLOCKS_PER_SECOND);
    expect(new Set(scene.banned).size).toBe(3 * BANS_PER_SECOND);
  });

  it('fails when a block is refused, and when it reaches nobody', async () => {
    const scene = new Scene();
    scene.refuses = true;
    await expect(scene.storm().oneSecond()).rejects.toThrow('the block of 198.19.0.1 was refused');
    scene.refuses = false;
    scene.servers = 0;
    await expect(scene.storm().oneSecond()).rejects.toThrow('reaches 0 servers, not 1');
  });

  it('fails when something of it does not arrive, and says what', async () => {
    const scene = new Scene();
    const storm = scene.storm();
    await storm.oneSecond();
    scene.told = false;
    scene.blocked.pop();
    const failed = expect(storm.arrived()).rejects.toThrow(
      '1 of 2 blocks are not in the kernel (198.19.1.1); 20 of 20 bans were not told (198.18.0.1)',
    );
    await vi.advanceTimersByTimeAsync(70_000);
    await failed;
  });
});
