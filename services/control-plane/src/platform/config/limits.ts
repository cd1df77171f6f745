// What one visitor, one person or one agent may take of a process before the others would feel it. Each has a default that
// an installation of a thousand servers does not meet; a limit that is met answers, closes or sheds, and never waits.
import { z } from 'zod';

const count = (fallback: number) => z.coerce.number().int().positive().max(1_000_000_000).default(fallback);
const KIB = 1024;
const MIB = 1024 * KIB;

export const limitsShape = {
  MUSTER_LIMIT_BODY_BYTES: count(MIB).describe('Largest body of a request; a larger one is answered with 413'),
  MUSTER_LIMIT_REQUEST_SECONDS: count(30).describe('A request that has not arrived whole after this long is cut off'),
  MUSTER_LIMIT_CONNECTIONS: count(20_000).describe('Open connections of one process, of whatever kind'),
  MUSTER_LIMIT_CONNECTIONS_PER_ADDRESS: count(2000).describe(
    'Open connections from one address; a listed proxy may have any number',
  ),
  MUSTER_LIMIT_REQUESTS_PER_PERSON: count(64).describe('Requests of one person that are worked on at the same time'),
  MUSTER_LIMIT_REQUESTS_PER_MINUTE_ADDRESS: count(12_000).describe(
    'Requests in a minute from one address; more are answered with 429. API processes count together by REDIS_URL, without it each by itself',
  ),
  MUSTER_LIMIT_REQUESTS_PER_MINUTE_PERSON: count(6000).describe('The same for one person'),
  MUSTER_LIMIT_REQUESTS_PER_MINUTE_TOKEN: count(3000).describe('The same for one API token'),
  MUSTER_LIMIT_PASSWORD_CHECKS: count(16).describe('Passwords that are checked or wait to be, of everybody together'),
  MUSTER_LIMIT_SOCKETS_PER_SESSION: count(20).describe('Live pages of one session'),
  MUSTER_LIMIT_TOPICS_PER_MINUTE: count(6000).describe(
    'Live topics that one session asks for in a minute; its page is closed beyond, and comes back later',
  ),
  MUSTER_LIMIT_LIVE_BACKLOG: count(256).describe('Messages that may wait for a slow page before it is dropped'),
  MUSTER_LIMIT_HALF_OPEN: count(1000).describe('Agents’ connections that have not proved a key yet'),
  MUSTER_LIMIT_HALF_OPEN_PER_ADDRESS: count(64).describe('Of these, how many from one address'),
  MUSTER_LIMIT_AGENT_FRAMES_PER_SECOND: count(100).describe(
    'Frames of one agent; it may save up twenty seconds’ worth, and is closed beyond',
  ),
  MUSTER_LIMIT_AGENT_BYTES_PER_SECOND: count(2 * MIB).describe('The same in bytes'),
  MUSTER_LIMIT_AGENT_BACKLOG_BYTES: count(4 * MIB).describe('What may wait for a slow agent before it is shed'),
  MUSTER_LIMIT_QUEUE: count(20_000).describe(
    'Deliveries of up to fifty tasks that wait for one gateway; the sweep brings the rest later',
  ),
  MUSTER_LIMIT_EXPORT_ENTRIES: count(250_000).describe('Entries of the ledger in one export over HTTP'),
  MUSTER_LIMIT_EXPORTS: count(4).describe('Exports that are written at the same time'),
} as const;
