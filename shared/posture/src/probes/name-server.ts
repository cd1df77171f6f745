// BIND as its own checker prints it: to whom it answers for the whole world, and to whom it hands whole zones.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { firstSeen } from '../first-seen.ts';
import { parseNginx, type Directive } from '../nginx-config.ts';
import { couldNot, lines, probe, said } from '../probe.ts';

const list = z.array(said(64)).max(50);

export const nameServer = probe('name-server', {
  sentence: 'Recursion, transfers and version banner of BIND, and zone files that changed',
  cadence: 'hourly',
  costMs: 40,
  privilege: 'named.conf.options and zones',
  reading: z.strictObject({
    installed: z.boolean(),
    read: z.boolean(),
    recursion: z.boolean(),
    /** null: the default, which is this host and its networks. */
    allowRecursion: list.nullable(),
    allowTransfer: list.nullable(),
    version: said(80).nullable(),
    zones: z.array(z.strictObject({ zone: said(253), type: said(20), allowTransfer: list.nullable() })).max(1000),
    changedZones: z
      .array(z.strictObject({ file: said(300), since: z.int().nonnegative() }))
      .max(200)
      .nullable(),
  }),
  async gather(host, unreadable) {
    // -p prints settings with secrets of keys; -px prints stars for them.
    const ran = await host.run('named-checkconf', ['-px']);
    if (ran === undefined) return { ...NOTHING, installed: false, read: true };
    if (ran.code !== 0) {
      couldNot('named-checkconf', ran, unreadable);
      return { ...NOTHING, installed: true, read: false };
    }
    const top = parseNginx(ran.stdout);
    const options = top.find(({ name }) => name === 'options')?.block ?? [];
    const zones = zonesIn(ran.stdout, top);
    return {
      installed: true,
      read: true,
      recursion: one(options, 'recursion') !== 'no',
      allowRecursion: members(options, 'allow-recursion'),
      allowTransfer: members(options, 'allow-transfer'),
      version: one(options, 'version')?.slice(0, 80) ?? null,
      zones: zones.map(({ file: _, ...zone }) => zone).slice(0, 1000),
      changedZones: await changedZones(host, zones),
    };
  },
});

const NOTHING = {
  recursion: false,
  allowRecursion: null,
  allowTransfer: null,
  version: null,
  zones: [],
  changedZones: null,
};

const one = (within: readonly Directive[], name: string): string | undefined =>
  within.find((directive) => directive.name === name)?.args[0];
const members = (within: readonly Directive[], name: string): string[] | null => {
  const block = within.find((directive) => directive.name === name)?.block;
  return block == null
    ? null
    : block.map(({ name: member, args }) => [member, ...args].join(' ').slice(0, 64)).slice(0, 50);
};

function zonesIn(text: string, top: readonly Directive[]) {
  const views = top.filter(({ name }) => name === 'view').flatMap(({ block }) => block ?? []);
  return [...top, ...views].flatMap((directive) => {
    if (directive.name !== 'zone' || directive.block === null) return [];
    const zone = directive.args[0] ?? '';
    const type = one(directive.block, 'type') ?? '';
    return [
      {
        zone: zone.slice(0, 253),
        type: type.slice(0, 20),
        allowTransfer: members(directive.block, 'allow-transfer'),
        file: one(directive.block, 'file') ?? null,
      },
    ];
  });
}

/** Zones that are kept here by hand; what came by transfer changes by itself. */
async function changedZones(
  host: Parameters<typeof firstSeen>[0],
  zones: readonly { type: string; file: string | null }[],
) {
  const files = zones.flatMap(({ type, file }) =>
    /^(?:master|primary)$/.test(type) &&
    file?.startsWith('/') === true &&
    !/^\/(?:etc\/bind\/db\.|usr\/share\/dns)/.test(file)
      ? [file]
      : [],
  );
  if (files.length === 0) return [];
  const sums = await host.run('sha256sum', ['--', ...new Set(files.slice(0, 500))]);
  if (sums?.code !== 0) return null;
  const items = lines(sums.stdout).map((line) => ({ file: line.slice(66), item: itemOf(line) }));
  const seen = await firstSeen(
    host,
    'zones',
    items.map(({ item }) => item),
    true,
  );
  return items
    .flatMap(({ file, item }) => {
      const since = seen.newSince(item);
      return since === null ? [] : [{ file: file.slice(0, 300), since }];
    })
    .slice(0, 200);
}

const itemOf = (line: string): string => createHash('sha256').update(line).digest('hex');
