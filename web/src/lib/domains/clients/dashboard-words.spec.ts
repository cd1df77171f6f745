import type { ClientSite, Dashboard, Duty } from '@muster/contracts/clients';
import { describe, expect, it } from 'vitest';
import { dutyWords, leftForYou, ours, title } from './dashboard-words.ts';

const duty = (change: Partial<Duty>): Duty => ({
  duty: 'servers-answer',
  who: 'platform',
  state: 'ok',
  measured: { good: 2, of: 2, names: [], at: null },
  ...change,
});
const site = (state: ClientSite['state']) => ({ state }) as ClientSite;
const page = (sites: ClientSite[], duties: Duty[]) => ({ sites, duties }) as unknown as Dashboard;

describe('a client’s page', () => {
  it.each([
    [[site('served'), site('served')], [], 'Your two sites are served. Nothing is yours to do.'],
    [[site('served'), site('gone')], [], '1 of your 2 sites is known to be served. Nothing is yours to do.'],
    [[site('gone')], [], 'Your site is not known to be served. Nothing is yours to do.'],
    [[], [], 'No site is filed under your name yet. Nothing is yours to do.'],
  ])('answers in its title', (sites, duties, expected) => {
    expect(title(page(sites, duties))).toBe(expected);
  });

  it('says first what is the client’s to do, and what is ours to mend', () => {
    const weak = duty({
      duty: 'second-factor',
      who: 'client',
      state: 'warn',
      measured: { good: 1, of: 2, names: ['Ada'], at: null },
    });
    const silent = duty({ state: 'critical', measured: { good: 1, of: 2, names: ['fra-web-01'], at: null } });
    expect(title(page([site('served')], [weak, silent]))).toBe('Your site is served. One thing is yours to do.');
    expect(leftForYou(weak)).toContain('Ada');
    expect(ours(page([], [weak, silent]))).toBe('Ours to mend: 1 of 2 servers silent: fra-web-01.');
  });

  it('never calls fine what nobody measured', () => {
    expect(dutyWords(duty({ state: 'unknown', measured: { good: 0, of: 0, names: [], at: null } }))).toBe(
      'Not measured yet',
    );
  });
});
