import { readFileSync } from 'node:fs';
import { inventory } from '@muster/contracts/servers';
import { describe, expect, it } from 'vitest';
import { execFile } from '../../host/exec.ts';
import { installedTools } from '../../host/tools.ts';
import { InventoryCollector, hostSources } from './collect.ts';
import { parseListeningPorts } from './ports.ts';
import {
  parseCpuModel,
  parseCpuTimes,
  parseMemory,
  parseMounts,
  parseNetworkCounters,
  parseOsRelease,
  usedFraction,
} from './proc.ts';

const recorded = (name: string): string => readFileSync(new URL(`fixtures/debian-12/${name}`, import.meta.url), 'utf8');

describe('listening ports, from recorded ss', () => {
  it('names program, pid and root as the owner when root looked', () => {
    const ports = parseListeningPorts(recorded('ss-root.txt'));
    expect(ports).toHaveLength(3);
    expect(ports[1]).toMatchObject({ protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd', uid: 0 });
    expect(ports[2]).toMatchObject({ address: '::', port: 22 });
  });
  it('says null, not root, for the owner it may not see', () => {
    expect(parseListeningPorts(recorded('ss-user.txt'))[1]).toMatchObject({
      port: 22,
      process: null,
      pid: null,
      uid: null,
    });
  });
  it('reads the systemd unit from the cgroup, a user and a scoped address', () => {
    const ports = parseListeningPorts(recorded('ss-systemd.txt'));
    expect(ports.map((port) => port.unit)).toEqual(['ssh.service', 'nginx.service', 'systemd-resolved.service']);
    expect(ports[2]).toMatchObject({ protocol: 'udp', address: '127.0.0.53%lo', uid: 102 });
  });
});

describe('kernel text', () => {
  it('reads the distribution', () => {
    expect(parseOsRelease(recorded('os-release.txt'))).toEqual({
      id: 'debian',
      version: '12',
      name: 'Debian GNU/Linux 12 (bookworm)',
    });
  });
  it('reads memory in bytes', () => {
    const memory = parseMemory(recorded('proc-meminfo.txt'));
    expect(memory.totalBytes).toBeGreaterThan(1024 ** 3);
    expect(memory.availableBytes).toBeLessThanOrEqual(memory.totalBytes);
  });
  it('counts CPU use as the share that was not idle', () => {
    expect(
      usedFraction(parseCpuTimes('cpu  10 0 10 80 0 0 0 0 0 0'), parseCpuTimes('cpu  40 0 30 130 0 0 0 0 0 0')),
    ).toBe(0.5);
    expect(parseCpuTimes(recorded('proc-stat.txt')).total).toBeGreaterThan(0);
    expect(parseCpuModel(recorded('proc-cpuinfo.txt')).cores).toBeGreaterThan(0);
  });
  it('lists each data disk once and no pseudo file system', () => {
    const mounts = parseMounts(recorded('proc-mountinfo.txt'));
    expect(mounts.length).toBeGreaterThan(0);
    expect(new Set(mounts.map((mount) => mount.mount)).size).toBe(mounts.length);
    expect(mounts.map((mount) => mount.type)).not.toContain('proc');
  });
  it('reads counters of each interface', () => {
    expect(parseNetworkCounters(recorded('proc-net-dev.txt')).get('lo')).toBeDefined();
  });
});

it('collects an inventory of this machine that the contract accepts', async () => {
  const collector = new InventoryCollector(hostSources(execFile, installedTools));
  await collector.collect();
  const facts = await collector.collect();
  expect(inventory.parse(facts)).toEqual(facts);
  expect(facts.memory.totalBytes).toBeGreaterThan(0);
  expect(facts.interfaces.map((one) => one.name)).toContain('lo');
});
