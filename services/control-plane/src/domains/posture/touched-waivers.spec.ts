// Which waivers an event can concern follows from what it names.
import { ServerGiven, SiteGiven, SitesChanged, SiteTaken } from '@muster/contracts/clients';
import type { EventDefinition } from '@muster/contracts';
import { FindingOpened, RiskAccepted, WaiverReachChanged } from '@muster/contracts/posture';
import { expect, test } from 'vitest';
import { happened } from '../../platform/event-store/testing/events.ts';
import { touchedBy } from './touched-waivers.ts';

const touched = (...definitions: readonly EventDefinition[]) =>
  touchedBy(definitions.map((definition) => happened(definition, definition.example)));

test('a finding touches waivers of its check, on its server', () => {
  const { serverId, checkId } = FindingOpened.example;
  expect(touched(FindingOpened, FindingOpened)).toEqual({
    waivers: [],
    clients: [],
    servers: [{ serverId, checkId }],
  });
});

test('sites of a server touch all of whoever has something there', () => {
  const { serverId } = SitesChanged.example;
  expect(touched(SitesChanged)).toEqual({ waivers: [], clients: [], servers: [{ serverId, checkId: null }] });
});

test('who loses a site is touched, and who gets one, and whose neighbour does', () => {
  const { clientId, serverId } = SiteGiven.example;
  expect(touched(SiteTaken)).toEqual({ waivers: [], clients: [clientId], servers: [] });
  const given = { waivers: [], clients: [clientId], servers: [{ serverId, checkId: null }] };
  expect(touched(SiteGiven)).toEqual(given);
  expect(touched(ServerGiven)).toEqual(given);
});

test('a waiver touches itself', () => {
  const { waiverId } = RiskAccepted.example;
  expect(touched(RiskAccepted, WaiverReachChanged)).toEqual({ waivers: [waiverId], clients: [], servers: [] });
});
