// A fleet that was judged: what its events would have left in the read models. Judging ten thousand servers takes longer
// than looking at them.
import { AREAS } from '@muster/contracts/posture';
import { DEFAULT_TENANT } from '@muster/kernel/ids';
import { checks } from '@muster/posture/checks';
import type pg from 'pg';

/** Checks of a full catalogue; each server has an answer to each. */
export const RESULTS = 150;
/** Of them fail, and of them nobody knows. */
const OPEN = 20;
const NOT_KNOWN = 10;
const PORTS = 10;

export async function writeJudgedFleet(admin: pg.Client, servers: readonly string[]): Promise<void> {
  const catalogue = Array.from({ length: RESULTS }, (_, index) => checks[index % checks.length]).flatMap(
    (one) => one ?? [],
  );
  const ids = catalogue.map(({ id }) => id);
  const areas = catalogue.map(({ area }) => area);
  const severities = catalogue.map(({ severity }) => severity);
  await admin.query(
    `insert into muster.posture_findings (finding_id, from_at, tenant_id, server_id, check_id, subject, area, severity,
       evidence, opened_at, opened_position, changed_at, observed_at)
     select gen_random_uuid(), opened, $1::uuid, server, ($3::text[])[turn], 'subject ' || n, ($4::text[])[turn],
       ($5::text[])[turn], jsonb_build_object('file', '/etc/example/' || n, 'setting', 'value ' || n), opened, at * 100 + n,
       opened, opened
     from unnest($2::uuid[]) with ordinality as s(server, at), generate_series(1, ${OPEN}) as n,
       lateral (select 1 + (at * 31 + n * 7) % ${RESULTS} as turn, now() - (1 + (at + n) % 400) * interval '1 hour' as opened) l`,
    [DEFAULT_TENANT, servers, ids, areas, severities],
  );
  await admin.query(
    `insert into muster.posture_coverage (server_id, from_at, tenant_id, uncovered)
     select server, now() - interval '3 hours', $1, (
       select jsonb_agg(jsonb_build_object('checkId', ($3::text[])[1 + (at * 17 + n) % ${RESULTS}], 'state', 'unknown', 'why', 'no rights'))
       from generate_series(1, ${NOT_KNOWN}) as n)
     from unnest($2::uuid[]) with ordinality as s(server, at)`,
    [DEFAULT_TENANT, servers, ids],
  );
  const cells = Object.fromEntries(AREAS.map((area) => [area, { state: 'open', severity: 'medium', count: 2 }]));
  await admin.query(
    `insert into muster.posture_scores (server_id, from_at, to_at, tenant_id, score, critical, high, medium, low, accepted,
       unknown, areas)
     select server, from_at, to_at, $1, (at * 37 + week) % 101, at % 3, at % 7, at % 11, at % 5, at % 2, ${NOT_KNOWN}, $3
     from unnest($2::uuid[]) with ordinality as s(server, at),
       (values (0, now() - interval '20 days', now() - interval '3 days'), (1, now() - interval '3 days', null)) as w(week, from_at, to_at)`,
    [DEFAULT_TENANT, servers, cells],
  );
  await admin.query(
    `insert into muster.posture_judgements (server_id, tenant_id, judged_at) select server, $1, now() from unnest($2::uuid[]) as server
     on conflict (server_id) do update set judged_at = excluded.judged_at, due_at = null`,
    [DEFAULT_TENANT, servers],
  );
  await admin.query(
    `insert into muster.posture_inventory (server_id, kind, item, tenant_id, sort, facts, first_seen, to_explain, stands_out)
     select server, 'ports', 'tcp/' || n || ' on 0.0.0.0', $1, '1 ' || lpad(n::text, 5, '0') || '/tcp 0.0.0.0',
       jsonb_build_object('port', 'tcp/' || n, 'address', '0.0.0.0', 'program', 'nginx', 'unit', null, 'package', null),
       now(), true, case when n % 2 = 0 then 'Nobody has said why it is open' end
     from unnest($2::uuid[]) as server, generate_series(1, ${PORTS}) as n`,
    [DEFAULT_TENANT, servers],
  );
  await admin.query(
    'vacuum analyze muster.posture_findings, muster.posture_coverage, muster.posture_scores, muster.posture_judgements, muster.posture_inventory',
  );
}
