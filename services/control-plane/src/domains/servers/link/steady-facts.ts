// The facts whose change is worth an event: what a server is, not how busy it is at the moment.
import type { Inventory } from '@muster/contracts/servers';
import { canonicalText } from '@muster/kernel/canonical-json';

export function steadyFacts(facts: Inventory) {
  return {
    hostname: facts.hostname,
    os: facts.os,
    kernel: facts.kernel,
    architecture: facts.architecture,
    virtualization: facts.virtualization,
    bootedAt: facts.bootedAt,
    cpu: { model: facts.cpu.model, cores: facts.cpu.cores },
    memory: facts.memory.totalBytes,
    disks: facts.disks.map(({ mount, device, type, sizeBytes }) => ({ mount, device, type, sizeBytes })),
    addresses: facts.interfaces.map(({ name, addresses }) => ({ name, addresses })),
    // Ports that programs take for a moment (above the ephemeral range's start) come and go.
    ports: facts.ports
      .filter(({ port }) => port < 32_768)
      .map(({ protocol, address, port, process, unit }) => ({ protocol, address, port, process, unit })),
    unreadable: facts.unreadable,
  };
}

export function changedFacts(before: ReturnType<typeof steadyFacts>, after: ReturnType<typeof steadyFacts>): string[] {
  return Object.entries(after)
    .filter(([name, value]) => canonicalText(Reflect.get(before, name) ?? null) !== canonicalText(value))
    .map(([name]) => name);
}
