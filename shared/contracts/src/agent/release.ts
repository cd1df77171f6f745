// A release of the agent: what the release key signs, so that a server installs nothing that only passed through the control
// plane. Versions only grow, an old manifest lapses, and the security floor names what must never run again.
import { z } from 'zod';
import { sha256, timestamp } from '../values.ts';

export const releaseVersion = z
  .string()
  .regex(/^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/, 'is not a version like 1.4.0');
export const releaseArch = z.enum(['x64', 'arm64']);
export type ReleaseArch = z.infer<typeof releaseArch>;

/** No release is larger: a manifest cannot make a server fill its disk. */
export const MAX_RELEASE_BYTES = 200 * 1024 * 1024;

/** The canonical JSON of this is signed for 'muster/release/v1'. */
export const releaseManifest = z.strictObject({
  v: z.literal(1),
  /** File under /agent/releases. */
  name: z.string().regex(/^muster-agent-[0-9.]{5,17}-linux-(x64|arm64)\.tar\.gz$/, 'is not a release’s name'),
  version: releaseVersion,
  arch: releaseArch,
  node: z.string().max(20),
  sha256,
  bytes: z.int().positive().max(MAX_RELEASE_BYTES),
  /** Over paths, modes and contents of what is inside. */
  inputs: sha256,
  /** Once this release has proved itself on a server, nothing older than this runs there again. */
  securityFloor: releaseVersion,
  issuedAt: timestamp,
  /** A server begins no installation after this. */
  expiresAt: timestamp,
});
export type ReleaseManifest = z.infer<typeof releaseManifest>;

/** Negative when `a` is older than `b`. What is no release version (a development build) counts as the oldest. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (const [index, one] of left.entries()) {
    const difference = one - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const numbers = (version: string): readonly number[] =>
  releaseVersion.safeParse(version).success ? version.split('.').map(Number) : [-1, 0, 0];
