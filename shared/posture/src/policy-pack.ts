// A policy pack: dates, limits and ports in the place of those that are built in, so that a new end-of-life date needs no new
// software. It names only what it changes, which keeps it good for later versions; the release key signs it.
import { canonicalRange, timestamp } from '@muster/contracts';
import { signed, type Signed } from '@muster/contracts/agent';
import { sha256Hex } from '@muster/kernel/hashing';
import { verifyFor } from '@muster/kernel/signing';
import { z } from 'zod';
import type { PosturePolicy } from './policy.ts';

/** The whole file; today's policy is about 6 kB. */
export const MAX_PACK_BYTES = 256 * 1024;

const word = z.string().min(1).max(100);
const day = z.iso.date({ error: 'is not a day like 2028-06-30' });
const days = z.int().min(1).max(3660);
const portNumber = z.int().min(1).max(65_535);
const ports = z.record(z.string().regex(/^[1-9]\d{0,4}$/, 'is not a port'), word);
const version = z.string().regex(/^\d+(\.\d+){1,3}$/, 'is not a version like 6.8.3');

/** Fields as in PosturePolicy. Patterns of weak algorithms and of issuers are code, and no pack's to change. */
const values = z
  .strictObject({
    leastRsaBits: z.int().min(2048).max(16_384),
    leastPasswordLength: z.int().min(8).max(128),
    leastPasswordClasses: z.int().min(1).max(4),
    logDays: days,
    jailLimits: z.strictObject({
      maxRetry: z.int().min(1).max(100),
      findSeconds: z.int().min(1).max(31_536_000),
      banSeconds: z.int().min(1).max(31_536_000),
    }),
    expectedJails: z.record(word, word),
    endOfLife: z.record(word, day),
    endOfLifeWarningDays: days,
    dataPorts: ports,
    panelPorts: ports,
    clockOffsetSeconds: z.number().positive().max(60),
    updateSuccessDays: days,
    unusedDays: days,
    portReviewDays: days,
    countryDataDays: days,
    signIns: z.strictObject({ learningDays: days, newsDays: days }),
    approvedPorts: z
      .array(z.strictObject({ ports: z.array(portNumber).min(1).max(100), programs: z.array(word).min(1).max(50) }))
      .max(200),
    adminNetworks: z.array(canonicalRange).max(200),
    php: z.record(version, z.strictObject({ security: day, active: day })),
    certificateDays: days,
    hstsSeconds: z.int().min(0).max(126_144_000),
    usedPercent: z.number().min(1).max(100),
    memoryPressure: z.number().min(1).max(100),
    mailQueue: z.strictObject({ messages: z.int().min(1), perSender: z.int().min(1) }),
    wordpress: z.record(version, version),
    wordpressCore: z.record(
      z.string().regex(/^\d+(\.\d+){1,3} [A-Za-z_]{2,20}$/, 'is not a version and a locale like 6.8.3 de_DE'),
      z.record(z.string().min(1).max(120), z.string().regex(/^[0-9a-f]{24}$/, 'is not a digest of a folder')),
    ),
    extensions: z.record(word, z.strictObject({ fixed: version, cve: word })),
    panels: z.strictObject({ plesk: version.or(z.literal('')), cpanel: version.or(z.literal('')) }),
    loginLimiters: z.array(word).max(200),
    trustedImages: z.array(word).max(200),
    cdnNetworks: z.array(canonicalRange).max(500),
    signatureDays: days,
  })
  .partial();
export type PolicyValues = z.infer<typeof values>;

/** The canonical JSON of this is signed for 'muster/policy/v1' by the release key. */
export const policyPack = z.strictObject({
  v: z.literal(1),
  /** Only grows, also above the version that is built in. */
  version: z.int().positive().max(1_000_000_000),
  /** It is taken in before, and judges from then on. */
  validFrom: timestamp,
  issuedAt: timestamp,
  /** It is not taken in after this; one that is in force stays so until the next. */
  expiresAt: timestamp,
  values,
});
export type PolicyPack = z.infer<typeof policyPack>;

export interface OpenedPack {
  readonly pack: PolicyPack;
  /** Of the signed bytes. */
  readonly sha256: string;
  readonly signed: Signed;
}

export interface RefusedPack {
  readonly code: 'malformed' | 'forged' | 'lapsed' | 'older';
  readonly refused: string;
}

export interface Judges {
  /** The release key of that id, if root vouches for it now. */
  readonly releaseKey: (keyId: string) => string | undefined;
  /** Version of the newest pack that was taken in, else the one that is built in. */
  readonly newest: number;
  readonly now: Date;
}

/** A pack of a file's text, or the sentence that says why it is not one. */
export function openPack(text: string, { releaseKey, newest, now }: Judges): OpenedPack | RefusedPack {
  if (Buffer.byteLength(text) > MAX_PACK_BYTES) return malformed(`it is larger than ${MAX_PACK_BYTES / 1024} kB`);
  const file = signed.safeParse(parsed(text));
  if (!file.success) return malformed('it holds no body, signature and key');
  const bytes = Buffer.from(file.data.body, 'base64');
  const key = releaseKey(file.data.keyId);
  if (key === undefined) {
    const refused = `It is signed by key ${file.data.keyId}, which is no release key of this installation, or none any more`;
    return { code: 'forged', refused };
  }
  if (!verifyFor('muster/policy/v1', key, bytes, file.data.signature)) {
    return {
      code: 'forged',
      refused: 'It is not what the release key signed: it was changed, or signed by somebody else',
    };
  }
  const pack = policyPack.safeParse(parsed(bytes.toString('utf8')));
  if (!pack.success) {
    const [issue] = pack.error.issues;
    return malformed(`${issue?.path.join('.') || 'pack'}: ${issue?.message ?? 'is not accepted'}`);
  }
  const { version: own, expiresAt } = pack.data;
  if (Date.parse(expiresAt) < now.getTime()) {
    return { code: 'lapsed', refused: `Policy ${own} had to be taken in before ${expiresAt}. Have it signed anew` };
  }
  if (own <= newest) {
    return { code: 'older', refused: `Policy ${own} is not newer than policy ${newest}, which is known here` };
  }
  return { pack: pack.data, sha256: sha256Hex(bytes), signed: file.data };
}

/** What a pack says, over what is built in. Of tables (dates, ports, versions) it adds and replaces single rows. */
export function withPack(
  builtIn: PosturePolicy,
  { version: own, values: all }: Pick<PolicyPack, 'version' | 'values'>,
) {
  const { expectedJails, endOfLife, dataPorts, panelPorts, php, wordpress, wordpressCore, extensions, ...replaced } =
    given(all);
  return {
    ...builtIn,
    ...replaced,
    version: own,
    expectedJails: { ...builtIn.expectedJails, ...expectedJails },
    endOfLife: { ...builtIn.endOfLife, ...endOfLife },
    dataPorts: { ...builtIn.dataPorts, ...dataPorts },
    panelPorts: { ...builtIn.panelPorts, ...panelPorts },
    php: { ...builtIn.php, ...php },
    wordpress: { ...builtIn.wordpress, ...wordpress },
    wordpressCore: { ...builtIn.wordpressCore, ...wordpressCore },
    extensions: { ...builtIn.extensions, ...extensions },
  } satisfies PosturePolicy;
}

/** JSON has fields or has them not; none is undefined. */
const given = <Values extends object>(all: Values) =>
  all as { readonly [Name in keyof Values]?: Exclude<Values[Name], undefined> };

const malformed = (why: string): RefusedPack => ({ code: 'malformed', refused: `It is no policy pack: ${why}` });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
