import { ipRange } from '@muster/kernel/ip-range';
import { describe, expect, it } from 'vitest';
import { ownAddresses, type Claims } from './own-addresses.ts';
import { readProberSettings } from './settings.ts';

const judge = (claims: Partial<Claims>, ...networks: string[]) =>
  ownAddresses({ seenFrom: null, claimed: [], ...claims }, networks.map(ipRange));
const refusals = (claims: Partial<Claims>, ...networks: string[]): (string | null)[] =>
  judge(claims, ...networks).judged.map(({ refused }) => refused);

describe('an address is the server’s own', () => {
  it('when its agent came from it and it has it on an interface', () => {
    const { own } = judge({ seenFrom: '8.8.4.4', claimed: ['10.0.0.5/24', '8.8.4.4/32'] });
    expect(own).toEqual(['8.8.4.4']);
  });
  it('when it says so, and the operator named the network', () => {
    expect(judge({ claimed: ['8.8.4.4'] }, '8.8.4.0/24').own).toEqual(['8.8.4.4']);
    expect(judge({ seenFrom: '8.8.4.4' }, '8.8.4.0/24').own).toEqual(['8.8.4.4']);
  });
  it('not when only it says so: it would have others looked at', () => {
    expect(refusals({ claimed: ['8.8.4.4'] })).toEqual(['only the server says that it has it']);
  });
  it('not when its agent came from it only: many servers may come from there', () => {
    expect(refusals({ seenFrom: '8.8.4.4', claimed: ['10.0.0.5'] })[0]).toMatch(/many share/);
  });
});

describe('whatever a server says, and wherever its agent came from,', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['169.254.169.254', 'linkLocal'],
    ['0.0.0.0', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['198.51.100.7', 'reserved'],
    ['::1', 'loopback'],
    ['fd12:3456::1', 'uniqueLocal'],
    ['fe80::1', 'linkLocal'],
    ['64:ff9b::a00:1', 'rfc6052'],
    ['2002:a00:1::1', '6to4'],
    ['::ffff:10.1.2.3', 'private'],
    ['::ffff:169.254.169.254', 'linkLocal'],
    ['::7f00:1', 'reserved'],
  ])('%s is not looked at', (address, purpose) => {
    const { own, judged } = judge({ seenFrom: address, claimed: [address] });
    expect(own).toEqual([]);
    expect(judged.map(({ refused }) => refused)).toEqual([`is ${purpose}`]);
  });

  it('nonsense is no address', () => {
    expect(judge({ seenFrom: 'localhost', claimed: ['1', '0x7f.1', 'fe80::1%eth0', 'example.com'] }).judged).toEqual(
      [],
    );
  });
});

describe('for a lab', () => {
  it('private networks are looked at when they are named', () => {
    expect(judge({ seenFrom: '10.77.0.5', claimed: ['10.77.0.5/24'] }, '10.77.0.0/16').own).toEqual(['10.77.0.5']);
    expect(judge({ seenFrom: '10.78.0.5', claimed: ['10.78.0.5/24'] }, '10.77.0.0/16').own).toEqual([]);
  });
  it('addresses of clouds’ metadata cannot be named', () => {
    const read = () =>
      readProberSettings({
        MUSTER_DATABASE_URL_PROBER: 'postgresql://muster_prober@db/muster',
        MUSTER_PROBER_NETWORKS: '10.77.0.0/16,169.254.169.254/32',
      });
    expect(read).toThrow(/MUSTER_PROBER_NETWORKS.*169\.254\.169\.254/);
  });
  it('a resolver is an address, never a name', () => {
    const read = (resolvers: string) =>
      readProberSettings({
        MUSTER_DATABASE_URL_PROBER: 'postgresql://muster_prober@db/muster',
        MUSTER_PROBER_RESOLVERS: resolvers,
      }).MUSTER_PROBER_RESOLVERS;
    expect(read('9.9.9.9, [2620:fe::fe]:53 ,127.0.0.1:5353,::1')).toHaveLength(4);
    expect(() => read('dns.example.com')).toThrow(/MUSTER_PROBER_RESOLVERS/);
  });
});
