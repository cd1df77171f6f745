// Live topics. A socket message is a hint that something at a position changed; `/api/sync` is the guarantee.
import { z } from 'zod';
import { topic } from '../define.ts';
import { timestamp } from '../values.ts';

export const topics = {
  people: topic('people', {
    hasSubject: false,
    query: 'access.ListPeople',
    sentence: 'People, their links and sessions',
  }),
  reviews: topic('reviews', {
    hasSubject: false,
    query: 'reviews.ListReviews',
    sentence: 'Reviews and what was decided in them',
  }),
  fleet: topic('fleet', {
    hasSubject: false,
    query: 'fleet.GetFleet',
    sentence: 'Presence and counts of the fleet',
  }),
  servers: topic('servers', {
    hasSubject: false,
    query: 'servers.ListServers',
    sentence: 'Servers, groups and tags',
  }),
  server: topic('server', { hasSubject: true, query: 'servers.GetServer', sentence: 'One server' }),
  enrolment: topic('enrolment', { hasSubject: true, query: 'servers.GetEnrolment', sentence: 'One enrolment' }),
  bans: topic('bans', {
    hasSubject: false,
    query: 'bans.SearchBanLog',
    sentence: 'The ban log, blocks and the never-blocked list',
  }),
  operations: topic('operations', {
    hasSubject: false,
    query: 'operations.ListOperations',
    sentence: 'All operations',
  }),
  operation: topic('operation', { hasSubject: true, query: 'operations.GetOperation', sentence: 'One operation' }),
  client: topic('client', { hasSubject: true, query: 'clients.GetDashboard', sentence: 'One client’s own page' }),
  clients: topic('clients', { hasSubject: false, query: 'clients.ListClients', sentence: 'Clients and their sites' }),
  releases: topic('releases', {
    hasSubject: false,
    query: 'releases.GetReleases',
    sentence: 'Releases of the agent and how far they are rolled out',
  }),
  posture: topic('posture', {
    hasSubject: false,
    query: 'posture.GetPosture',
    sentence: 'Findings, waivers and scores',
  }),
  ledger: topic('ledger', {
    hasSubject: false,
    query: 'audit.ListEntries',
    sentence: 'The ledger’s size, checkpoints and witnesses',
  }),
};
export const allTopics = Object.values(topics);

/** `bans`, or `server:<id>`. */
export const topicName = z.string().regex(/^[a-z]+(:[0-9a-f-]{36})?$/, 'is not a live topic');

/**
 * socket.io event `hint` (namespace `/`). Per topic, `revision` grows by one with each hint of this control plane's life `epoch`;
 * a page that sees a jump, or another epoch, asks `/api/sync`.
 */
export const hint = z.strictObject({
  topic: topicName,
  epoch: z.string(),
  prev: z.int().nonnegative(),
  revision: z.int().nonnegative(),
  /** Ledger position that is certainly included, null for telemetry. */
  position: z.int().nonnegative().nullable(),
  at: timestamp,
});
export type Hint = z.infer<typeof hint>;

/** socket.io event `beat`, every 5 s: the page turns stale without it. */
export const liveBeat = z.strictObject({
  at: timestamp,
  /** Recorded events; null for who sees only a part, because how much happens elsewhere is not theirs to know. */
  size: z.int().nonnegative().nullable(),
});

/** socket.io event `access`: what this person may see or do has changed; the page asks again who it is and what it shows. */
export const accessChanged = z.strictObject({ at: timestamp });

/** Client emits `subscribe` with this and an acknowledgement callback that receives `subscribed`. */
export const subscribe = z.strictObject({ topics: z.array(topicName).max(20) });
export const subscribed = z.strictObject({
  granted: z.array(
    z.strictObject({
      topic: topicName,
      revision: z.int().nonnegative(),
      /** For how long no hint of it was sent, as far as is known: who has read before that reads again. */
      quietMs: z.number().nonnegative(),
    }),
  ),
  refused: z.array(z.strictObject({ topic: topicName, why: z.string() })),
  epoch: z.string(),
});

/** `GET /api/sync?topic=&epoch=&since=`: has the topic changed since that revision? If so, read the page's data again. */
export const syncAnswer = z.strictObject({
  topic: topicName,
  epoch: z.string(),
  revision: z.int().nonnegative(),
  changed: z.boolean(),
  at: timestamp,
  size: z.int().nonnegative().nullable(),
});

/** RFC 9457, every error of the API. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** A word for programs. */
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  correlationId: z.string(),
});
export type Problem = z.infer<typeof problem>;
