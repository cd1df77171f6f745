// A client's score: the mean over its judged servers, of each what is the client's there.
import { checks } from '@muster/posture/checks';
import { describe, expect, it } from 'vitest';
import { clientScore, type WeighedFinding } from './client-score.ts';

const [web, database] = ['web', 'database'];
const found = (serverId: string, checkId: string, times = 1): WeighedFinding[] => {
  const severity = checks.find(({ id }) => id === checkId)?.severity;
  if (severity === undefined) throw new Error(`there is no check ${checkId}`);
  return Array.from({ length: times }, () => ({ serverId, checkId, severity }));
};

describe('a client’s score', () => {
  it('is nobody’s guess before a server was judged', () => {
    expect(clientScore([], [])).toBeNull();
  });

  it('is the mean over its servers, to a tenth', () => {
    expect(clientScore([web], [])).toBe(100);
    // High: 6 of one server in two.
    expect(clientScore([web, database], found(web, 'WP-001'))).toBe(97);
    expect(clientScore([web, database, 'mail'], found(web, 'WP-001'))).toBe(98);
    expect(clientScore([web, database, 'mail'], [...found(web, 'WP-001', 2), ...found(database, 'WP-001', 2)])).toBe(
      92,
    );
    expect(clientScore(['a', 'b', 'c', 'd', 'e', 'f', 'g'], found('a', 'WP-001'))).toBe(99.1);
  });

  it('loses at most 25 by one area of a server', () => {
    expect(clientScore([web], found(web, 'WP-001', 40))).toBe(75);
    expect(clientScore([web, database], found(web, 'WP-001', 40))).toBe(87.5);
  });

  it('takes no account of a server that was not judged', () => {
    expect(clientScore([web], found(database, 'WP-001'))).toBe(100);
  });
});
