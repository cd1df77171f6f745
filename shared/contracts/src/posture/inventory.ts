// What servers have that somebody has to answer for or look after: keys, open ports, administrators, units, cron, modules, updates that
// wait, versions of PHP and WordPress, certificates. Each kind is a list over the fleet with columns of its own; the words
// for them stand here, for pages and exports alike.
import { z } from 'zod';
import { hostText, timestamp, uuid } from '../values.ts';

export const INVENTORY_KINDS = [
  'keys',
  'ports',
  'administrators',
  'units',
  'cron',
  'modules',
  'updates',
  'php',
  'certificates',
  'wordpress',
] as const;
export const inventoryKind = z.enum(INVENTORY_KINDS);
export type InventoryKind = z.infer<typeof inventoryKind>;

/** Kinds whose present state somebody approves; what is different later is drift. */
export const APPROVED_KINDS = [
  'keys',
  'ports',
  'administrators',
  'units',
  'cron',
  'modules',
] as const satisfies readonly InventoryKind[];
export const approvedKind = z.enum(APPROVED_KINDS);
export type ApprovedKind = z.infer<typeof approvedKind>;

/** Tells two things of one kind on one server apart. */
export const inventoryItem = hostText(300);
/** null: not known. */
export const inventoryFacts = z.record(
  z.string().max(40),
  z.union([hostText(300), z.number(), z.boolean()]).nullable(),
);
export type InventoryFacts = z.infer<typeof inventoryFacts>;

interface InventoryWords {
  readonly title: string;
  readonly sentence: string;
  /** Facts in the order of their columns. */
  readonly columns: Readonly<Record<string, string>>;
}
export const INVENTORY_WORDS: Readonly<Record<InventoryKind, InventoryWords>> = {
  keys: {
    title: 'SSH keys',
    sentence: 'Every key that opens an account, and when it was last used.',
    columns: {
      account: 'Account',
      fingerprint: 'Fingerprint',
      type: 'Type',
      bits: 'Bits',
      comment: 'Comment',
      lastUsed: 'Last used',
      from: 'From',
    },
  },
  ports: {
    title: 'Open ports',
    sentence: 'Every port that listens on a public address, with the program behind it and why it is open.',
    columns: { port: 'Port', address: 'Address', program: 'Program', unit: 'Unit', package: 'Package' },
  },
  administrators: {
    title: 'Administrators',
    sentence: 'Every account that is root, or can become root by a group.',
    columns: { account: 'Account', group: 'By group' },
  },
  units: {
    title: 'Units without a package',
    sentence: 'Services and timers that no package brought.',
    columns: { path: 'Path', owner: 'Owner', mode: 'Mode' },
  },
  cron: {
    title: 'Cron files',
    sentence: 'Every file that cron reads, by the digest of what it holds.',
    columns: { path: 'Path', sha256: 'SHA-256 begins' },
  },
  modules: {
    title: 'Modules',
    sentence: 'Every module of the kernel, of each PHP and of nginx.',
    columns: { of: 'Of', name: 'Module' },
  },
  updates: {
    title: 'Pending security updates',
    sentence: 'Packages with a security update that is not installed.',
    columns: { package: 'Package', from: 'Installed', to: 'Available', system: 'System' },
  },
  php: {
    title: 'PHP versions at end of life',
    sentence: 'Every branch of PHP that is installed, the next end of its security fixes first.',
    columns: {
      version: 'Version',
      until: 'Security fixes until',
      activeUntil: 'Other fixes until',
      pools: 'Pools',
      names: 'Which',
    },
  },
  certificates: {
    title: 'Certificates by expiry',
    sentence: 'Every certificate that web and mail servers show, the next to expire first.',
    columns: { until: 'Expires', names: 'Names', issuer: 'Issuer', usedBy: 'Used by', path: 'File' },
  },
  wordpress: {
    title: 'WordPress versions',
    sentence: 'Every WordPress site, the oldest version first, with what of its plugins and themes has a known hole.',
    columns: {
      root: 'Site',
      version: 'Version',
      fixed: 'Fixed in',
      plugins: 'Plugins',
      themes: 'Themes',
      inactive: 'Inactive',
      vulnerable: 'With a known hole',
    },
  },
};

export const serverRef = z.strictObject({ serverId: uuid, name: z.string(), simulated: z.boolean() });

export const inventoryRow = z.strictObject({
  server: serverRef,
  item: inventoryItem,
  facts: inventoryFacts,
  firstSeen: timestamp,
  /** Why somebody should look at it; null when nobody has to. */
  standsOut: z.string().nullable(),
  /** Who answers for it, why, and when that is looked at again; null when nobody does. */
  approval: z.strictObject({ owner: z.string(), reason: z.string(), reviewAt: timestamp }).nullable(),
});
export type InventoryRow = z.infer<typeof inventoryRow>;
