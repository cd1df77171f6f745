// Waivers by the schedule's clock, on real PostgreSQL: warned of once before their end, ended at it, and not approved ones
// dropped without a warning. The schedule reads its own read model, so that what it recorded keeps it from saying it again.
import {
  FindingOpened,
  RiskAccepted,
  WaiverEnded,
  WaiverReachChanged,
  type WaiverTarget,
} from '@muster/contracts/posture';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { World } from '../../../main/testing/world.ts';
import { eventOf } from '../../../platform/cqrs/recorder.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { ClientFindings } from '../../clients/index.ts';
import { findingsProjection } from '../projections/findings/findings.projection.ts';
import { KeepWaivers } from './keep-waivers.schedule.ts';

const DAY = 86_400_000;
const UNTIL = Date.now() + 30 * DAY;
const before = (days: number): Date => new Date(UNTIL - days * DAY);

let world: World;
let keep: KeepWaivers;
const serverId = newId();
const findingId = newId();

beforeAll(async () => {
  world = await World.open();
  world.follow(findingsProjection(new LiveHints(world.hints)));
  const { database, store } = world.worker;
  keep = new KeepWaivers(database, store, new ClientFindings(database));
  const finding = { ...FindingOpened.example, findingId, serverId, checkId: 'SSH-003' };
  await world.settled(await world.say(`posture-${serverId}`, eventOf(FindingOpened, finding)));
}, 60_000);
afterAll(() => world?.close());

async function accepted(needsSecond: boolean, target: WaiverTarget = { kind: 'fleet' }): Promise<string> {
  const waiverId = newId();
  const data = { ...RiskAccepted.example, waiverId, checkId: 'SSH-003', target, subject: null };
  const said = eventOf(RiskAccepted, { ...data, until: new Date(UNTIL).toISOString(), needsSecond });
  await world.settled(await world.say(`waiver-${waiverId}`, said, 'waiver'));
  return waiverId;
}
async function told(waiverId: string): Promise<string[]> {
  const events = await world.worker.store.readStream(`waiver-${waiverId}`);
  const last = events.at(-1);
  if (last !== undefined) await world.settled(last.eventId);
  return events
    .slice(1)
    .map(({ type, data }) => (type === WaiverEnded.type ? `${type} ${WaiverEnded.schema.parse(data).why}` : type));
}
/** A server of a client's own, as the read models show one. */
async function shown(server: string, clientId: string): Promise<void> {
  await world.superuser.query(
    `insert into muster.servers_servers (server_id, tenant_id, name, hostname, enrolment_id, agent_key, fingerprint,
       machine_hash, agent_version, offers, observe_only, simulated, enrolled_at)
     values ($1::uuid, $2, 'fra-web-01', 'fra-web-01', gen_random_uuid(), $1::uuid::text, '', $1::uuid::text, '0.2.0', '{}', false, true, now())`,
    [server, DEFAULT_TENANT],
  );
  await world.superuser.query('insert into muster.clients_servers values ($1, $2, $3, now())', [
    server,
    DEFAULT_TENANT,
    clientId,
  ]);
}
async function covering(): Promise<string | null> {
  const { rows } = await world.superuser.query<{ waiver_id: string | null }>(
    'select waiver_id from muster.posture_findings where finding_id = $1 and to_at is null',
    [findingId],
  );
  return rows[0]?.waiver_id ?? null;
}

describe('a waiver', () => {
  test('is warned of once, three days before its end, and is over at its end', async () => {
    const waiverId = await accepted(false);
    expect(await covering()).toBe(waiverId);
    await keep.run(before(3.1));
    expect(await told(waiverId)).toEqual([]);
    await keep.run(before(2.9));
    expect(await told(waiverId)).toEqual(['posture.WaiverEndingSoon']);
    await keep.run(before(2.8));
    await keep.run(before(0.1));
    expect(await told(waiverId)).toEqual(['posture.WaiverEndingSoon']);
    expect(await covering()).toBe(waiverId);
    await keep.run(before(0));
    expect(await told(waiverId)).toEqual(['posture.WaiverEndingSoon', 'posture.WaiverEnded expired']);
    expect(await covering()).toBeNull();
    await keep.run(before(-1));
    expect(await told(waiverId)).toHaveLength(2);
  });

  test('that no second person agreed to is dropped after seven days, and never warned of', async () => {
    const waiverId = await accepted(true);
    expect(await covering()).toBeNull();
    await keep.run(new Date(Date.now() + 6.9 * DAY));
    expect(await told(waiverId)).toEqual([]);
    await keep.run(new Date(Date.now() + 7.1 * DAY));
    expect(await told(waiverId)).toEqual(['posture.WaiverEnded not-approved']);
    await keep.run(before(1));
    expect(await told(waiverId)).toHaveLength(1);
  });

  test('of a client asks what is the client’s when something happened there, and at no other time', async () => {
    const [clientId, theirs, elsewhere] = [newId(), newId(), newId()];
    await shown(theirs, clientId);
    const asked: number[] = [];
    class Told extends ClientFindings {
      override open(wanted: Parameters<ClientFindings['open']>[0]): ReturnType<ClientFindings['open']> {
        asked.push(wanted.length);
        return super.open(wanted);
      }
    }
    const { database, store } = world.worker;
    const keeping = new KeepWaivers(database, store, new Told(database));
    const opened = async (server: string, checkId: string): Promise<string> => {
      const id = newId();
      const finding = { ...FindingOpened.example, findingId: id, serverId: server, checkId, subject: id };
      await world.settled(await world.say(`posture-${server}`, eventOf(FindingOpened, finding)));
      return id;
    };
    const first = await opened(theirs, 'SSH-003');
    const waiverId = await accepted(false, { kind: 'client', clientId });
    const reached = async () => {
      await told(waiverId);
      const said = await world.worker.store.readStream(`waiver-${waiverId}`);
      return said.flatMap(({ type, data }) =>
        type === WaiverReachChanged.type ? [WaiverReachChanged.schema.parse(data).reached] : [],
      );
    };

    await keeping.run(before(20));
    expect(asked).toEqual([1]);
    expect(await reached()).toEqual([[first]]);
    // What it said itself has come back, and nothing since.
    await keeping.run(before(20));
    await keeping.run(before(20));
    expect(asked).toEqual([1, 1]);

    await opened(elsewhere, 'SSH-003');
    await opened(theirs, 'SSH-001');
    await keeping.run(before(20));
    expect(asked).toEqual([1, 1]);

    const second = await opened(theirs, 'SSH-003');
    await keeping.run(before(20));
    expect(asked).toEqual([1, 1, 1]);
    expect(await reached()).toEqual([[first], [second]]);
  });
});
