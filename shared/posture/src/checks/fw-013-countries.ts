// FW-013: Country policy missing or data older than 45 days.
import { check, fail, listed, passIf, unknown } from '../check.ts';
import { firewallRules, type HIDDEN } from '../probes/firewall-rules.ts';

const DAY = 86_400_000;

const WHY: Readonly<Record<(typeof HIDDEN)[number], string>> = {
  ipset: 'Rules ask sets of ipset, and ipset could not be asked for their names',
  legacy: 'Rules of iptables-legacy are in force, which nft does not show',
  nameless: 'nft is too old to say what the matches of iptables ask for',
};

export default check({
  id: 'FW-013',
  area: 'firewall',
  severity: 'low',
  title: 'Country policy missing or data older than 45 days',
  measured:
    'nft -t -j list ruleset, ipset -t list: rules that ask a set or chain of countries (geoip…, country…, cc…); the newest file such sets are made from',
  expected:
    'a rule asks a set of countries, made from addresses not older than 45 days; or the fleet accepts that there is none',
  why: 'Networks move between countries every week, so an old set lets strangers in and keeps customers out. Where no country is kept out, that should be somebody’s decision.',
  evidence: { sets: 'Sets', dataFrom: 'Addresses of', empty: 'Sets that hold nothing' },
  fix: 'Load sets of countries from a source that is renewed by a timer, and ask them after the allow-list. Where none are wanted, accept the risk for the fleet.',
  undo: 'Flush the sets; the rules then match nobody.',
  risk: 'lockout',
  maps: [],
  reads: { firewallRules },
  judge({ firewallRules: { read, countries, countriesFrom, empty, lapsing, hidden } }, { now, policy }) {
    if (!read) return unknown('The ruleset could not be read');
    if (countries.length === 0) {
      const [why] = hidden;
      return why === undefined ? fail({ sets: 'none', dataFrom: 'none' }) : unknown(WHY[why]);
    }
    const dataFrom = countriesFrom ?? 'not found';
    if (countries.every((name) => empty.includes(name))) {
      return fail({ sets: listed(countries), dataFrom, empty: listed(empty) });
    }
    if (countries.every((name) => empty.includes(name) || lapsing.includes(name))) {
      return unknown('The entries of its sets lapse, and how many are left was not read');
    }
    if (countriesFrom === null) return unknown('What its sets of countries are made from was not found');
    const oldest = new Date(now.getTime() - policy.countryDataDays * DAY).toISOString().slice(0, 10);
    return passIf(countriesFrom >= oldest, { sets: listed(countries), dataFrom: countriesFrom });
  },
});
