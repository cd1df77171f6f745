// What a simulated server says must pass the same schemas as what a real one says, and must never name anybody real.
import { describe, expect, it } from 'vitest';
import { banLogLine, jailFacts } from '@muster/contracts/bans';
import { inventory } from '@muster/contracts/servers';
import { SimulatedAttackers } from './attackers.ts';
import { simulatedFacts } from './facts.ts';

const NOW = new Date('2026-11-20T02:47:12Z');
const NAMES = ['fra-web-01', 'ber-mail-01', 'ams-db-01'];

describe('a simulated server', () => {
  it.each(NAMES)('%s reports facts that a real one could', (name) => {
    const facts = inventory.parse(simulatedFacts(name, NOW, NOW));
    expect(facts.ports.map((port) => port.port)).toContain(22);
    expect(facts.disks[0]?.usedBytes).toBeLessThan(facts.disks[0]?.sizeBytes ?? 0);
  });

  it('keeps its character between two starts', () => {
    expect(simulatedFacts('fra-web-01', NOW, NOW)).toEqual(simulatedFacts('fra-web-01', NOW, NOW));
  });

  it.each(NAMES)('%s tells of attackers from documentation ranges only, each banned once until it ends', (name) => {
    const attackers = new SimulatedAttackers(name);
    const held = new Set<string>();
    for (let second = 0; second < 3_000; second += 5) {
      for (const line of attackers.step(new Date(NOW.getTime() + second * 1000))) {
        banLogLine.parse(line);
        expect(line.address).toMatch(/^203\.0\.113\./);
        const key = `${line.jail} ${line.address}`;
        if (line.what === 'banned') {
          expect(held).not.toContain(key);
          held.add(key);
        }
        if (line.what === 'unbanned') expect(held.delete(key)).toBe(true);
      }
    }
    const facts = jailFacts.parse(attackers.facts(NOW));
    expect(facts.jails.flatMap((jail) => jail.banned.map((address) => `${jail.jail} ${address}`)).toSorted()).toEqual(
      [...held].toSorted(),
    );
  });
});
