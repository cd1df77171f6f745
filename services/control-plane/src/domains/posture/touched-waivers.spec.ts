// Which waivers an event can concern follows from what it names.
import { ServerGiven, SiteGiven, SitesChanged, SiteTaken } from '@muster/contracts/clients';
import type { EventDefinition } from '@muster/contracts';
import { FindingOpened, RiskAccepted, WaiverReachChanged } from '@muster/contracts/posture';
import type { JsonObject } from '@muster/kernel/canonical-json';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { expect, test } from 'vitest';
import { touchedBy } from './touched-waivers.ts';

const happened = (...definitions: readonly EventDefinition[]) =>
  touchedBy(
    definitions.map(({ type, version, example }, position) => ({
      position,
      eventId: newId(),
      tenantId: DEFAULT_TENANT,
      streamId: 'spec',
      streamVersion: position + 1,
      type,
      version,
      data: example as JsonObject,
      meta: {
        v: 1,
        actor: 'spec',
        actorKind: 'system',
        software: 'spec',
        correlation: newId(),
        tenant: DEFAULT_TENANT,
      },
      recordedAt: new Date(),
    })),
  );

test('a finding touches waivers of its check, on its server', () => {
  const { serverId, checkId } = FindingOpened.example;
  expect(happened(FindingOpened, FindingOpened)).toEqual({
    waivers: [],
    clients: [],
    servers: [{ serverId, checkId }],
  });
});

test('sites of a server touch all of whoever has something there', () => {
  const { serverId } = SitesChanged.example;
  expect(happened(SitesChanged)).toEqual({ waivers: [], clients: [], servers: [{ serverId, checkId: null }] });
});

test('who loses a site is touched, and who gets one, and whose neighbour does', () => {
  const { clientId, serverId } = SiteGiven.example;
  expect(happened(SiteTaken)).toEqual({ waivers: [], clients: [clientId], servers: [] });
  const given = { waivers: [], clients: [clientId], servers: [{ serverId, checkId: null }] };
  expect(happened(SiteGiven)).toEqual(given);
  expect(happened(ServerGiven)).toEqual(given);
});

test('a waiver touches itself', () => {
  const { waiverId } = RiskAccepted.example;
  expect(happened(RiskAccepted, WaiverReachChanged)).toEqual({ waivers: [waiverId], clients: [], servers: [] });
});
