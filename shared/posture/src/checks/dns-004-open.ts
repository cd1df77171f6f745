// DNS-004: Open recursion, AXFR or version banner.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { nameServer } from '../probes/name-server.ts';
import { only, sh } from '../shell.ts';

const WANTED: Readonly<Record<string, string>> = {
  'allow-recursion': 'recursion no;',
  'allow-transfer': 'allow-transfer { none; };',
  version: 'version "none";',
};

const ANYBODY = (list: readonly string[] | null): boolean =>
  list?.some((one) => one === 'any' || /^0\.0\.0\.0\/0$/.test(one)) === true;
const CLOSED = (list: readonly string[] | null): boolean => list !== null && !ANYBODY(list);

export default check({
  id: 'DNS-004',
  area: 'dns',
  severity: 'high',
  title: 'Open recursion, AXFR or version banner',
  measured: 'named-checkconf -px: recursion, allow-recursion, allow-transfer, version',
  expected: 'recursion for this server only, transfers to named secondaries, no banner',
  why: 'An open resolver is used to drown others, with our address as the sender. An open transfer hands out every name of every client in one answer.',
  evidence: { setting: 'Setting', value: 'Value', zone: 'Zone' },
  fix: 'recursion no (or allow-recursion { localhost; }), allow-transfer { none; } or the secondaries, version "none"; named-checkconf, rndc reconfig.',
  undo: 'Put the former options back, rndc reconfig.',
  risk: 'service',
  maps: ['NAME-4206', 'NAME-4210'],
  reads: { nameServer },
  judge({ nameServer: { installed, read, recursion, allowRecursion, allowTransfer, version, zones } }) {
    if (!installed) return notApplicable('BIND is not installed');
    if (!read) return unknown('named-checkconf could not be asked');
    const wrong = [
      ...(recursion && ANYBODY(allowRecursion) ? [{ setting: 'allow-recursion', value: 'any', zone: '' }] : []),
      ...(version === null ? [{ setting: 'version', value: 'shown', zone: '' }] : []),
      ...zones
        .filter(({ type }) => /^(?:master|primary)$/.test(type))
        .filter((zone) => !CLOSED(zone.allowTransfer ?? allowTransfer))
        .map(({ zone }) => ({ setting: 'allow-transfer', value: 'anybody', zone })),
    ];
    return failures(wrong.map((evidence) => ({ subject: `${evidence.setting} ${evidence.zone}`.trim(), evidence })));
  },
  steps({ evidence: { setting, value, zone } }) {
    const wanted = WANTED[String(setting)] ?? '';
    const where = zone === '' || zone === undefined ? 'the options' : `the zone “${zone}”`;
    const named = only(setting, /^[a-z-]+$/);
    return guide(
      [
        step('Keep the present settings.', sh`cp -a /etc/bind /root/bind.before`, sh`ls /root/bind.before`),
        step(
          `It says ${setting}: ${value}. Find it.`,
          sh`grep -rnE ${named === '' ? '' : `${named}|^ *zone `} /etc/bind --include=named.conf*`,
        ),
        step(
          `Write “${wanted}” into ${where}. Then test and load it.`,
          sh`named-checkconf && rndc reconfig`,
          sh`named-checkconf -px | grep -n ${named}`,
        ),
      ],
      [
        step(
          'Put the former settings back.',
          sh`cp -a /root/bind.before/. /etc/bind/ && named-checkconf && rndc reconfig`,
        ),
      ],
    );
  },
});
