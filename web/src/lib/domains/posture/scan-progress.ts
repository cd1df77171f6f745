// When the last scan of a server is worth a line on its page.
import type { ScanProgress } from '@muster/contracts/posture';

const RECENT_MS = 10 * 60_000;

export const isUnderWay = (scan: ScanProgress | null): boolean =>
  scan !== null && (scan.state === 'asked' || scan.state === 'scanning');

export const isRecent = ({ finishedAt, askedAt }: ScanProgress, now: Date): boolean =>
  now.getTime() - Date.parse(finishedAt ?? askedAt) < RECENT_MS;
