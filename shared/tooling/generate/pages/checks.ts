// docs/reference/checks.md: every check with how it measures, why it matters, what mends it, and every probe.
import type { CheckDefinition } from '../../../posture/src/check.ts';
import type { Probe, Source } from '../../../posture/src/probe.ts';
import { page, table } from '../markdown.ts';

export function checksPage(
  checks: readonly CheckDefinition[],
  probes: readonly Probe[],
  outside: readonly Source[],
  /** By the id of a check: what specs made it fail on. */
  tried: ReadonlyMap<string, string>,
): string {
  const intro =
    'Every check of the posture, from `shared/posture/src/checks`, and the probes that read for them, from `shared/posture/src/probes`. Maps: CIS Debian 12 v1.1.0 and Lynis. How to add one: [adding a check](../guides/adding-a-check.md).';
  const areas = Map.groupBy(checks, ({ area }) => area);
  const read = table(
    ['probe', 'reads', 'cadence', 'costs', 'needs'],
    probes.map(({ name, sentence, cadence, costMs, privilege }) => [
      `\`${name}\``,
      sentence,
      cadence,
      `${costMs} ms`,
      privilege ?? 'nothing',
    ]),
  );
  const seen = table(
    ['name', 'sees'],
    outside.map(({ name, sentence }) => [`\`${name}\``, sentence]),
  );
  return page('Checks', intro, [
    `## Probes\n\n${read}`,
    `## From outside\n\nWhat [the prober](../guides/outside-view.md) sees, from \`shared/posture/src/outside\`.\n\n${seen}`,
    ...[...areas].flatMap(([area, all]) => [
      `## ${area}`,
      ...all.map((check) => section(check, tried.get(check.id) ?? 'nothing yet')),
    ]),
  ]);
}

function section(check: CheckDefinition, tried: string): string {
  const rows = [
    ['severity', check.severity],
    ['measured', `\`${check.measured}\``],
    ['expected', check.expected],
    ['evidence', Object.values(check.evidence).join(', ')],
    ['fix', check.fix],
    ['undo', check.undo],
    ['steps', check.steps === undefined ? 'the fix and its undo, in words' : 'on the finding’s page, for that server'],
    ['risk of the fix', check.risk],
    ['maps to', check.maps.join(', ') || 'nothing'],
    ['made to fail on', tried],
    [
      'probes',
      Object.values({ ...check.reads, ...check.compares })
        .map(({ name }) => `\`${name}\``)
        .join(', '),
    ],
  ];
  return [`### ${check.id}: ${check.title}`, check.why, table(['', ''], rows)].join('\n\n');
}
