// Every list of what servers have, as CSV and as JSON: whole for who may see the fleet, of a group when one is chosen, and for
// somebody with a part of the fleet that part alone, also when they ask for more.
import { INVENTORY_KINDS, INVENTORY_WORDS, type InventoryKind, type InventoryRow } from '@muster/contracts/posture';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProbedServers } from './testing/probed-servers.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

const [WEB, DATABASE] = ['export-web', 'export-db'] as const;

let muster: RunningMuster;
let owner: SignedIn;
let guest: SignedIn;
/** Of the web server alone. */
let groupId: string;
let others: string;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  const servers = new ProbedServers(muster);
  const ids: string[] = [];
  for (const name of [WEB, DATABASE]) {
    const serverId = await muster.server(name);
    ids.push(serverId);
    await servers.scanned(serverId, 'debian-12-weak');
  }
  const made = async (name: string, serverId: string | undefined): Promise<string> => {
    const { body } = await muster.call('POST', '/api/groups', owner, { name, serverIds: [serverId] });
    return String(body['groupId']);
  };
  groupId = await made('Web', ids[0]);
  others = await made('Databases', ids[1]);
  guest = await muster.person('Guest', { role: 'security', scope: { kind: 'group', groupId } });
  await muster.until(async () => {
    // One after the other: only so many exports are written at once.
    for (const kind of INVENTORY_KINDS) if (namesIn(await json(kind, owner)).size < 2) return false;
    return true;
  }, 30_000);
}, 60_000);
afterAll(() => muster?.stop());

const exported = (kind: InventoryKind, as: SignedIn, asked: string) =>
  muster.call('GET', `/api/posture/inventory/${kind}/export?${asked}`, as);
async function json(kind: InventoryKind, as: SignedIn, of = ''): Promise<InventoryRow[]> {
  const { status, text } = await exported(kind, as, `format=json${of}`);
  expect(status, text).toBe(200);
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as InventoryRow);
}
/** Rows by column. */
async function csv(kind: InventoryKind, as: SignedIn, of = ''): Promise<Record<string, string>[]> {
  const { status, text } = await exported(kind, as, `format=csv${of}`);
  expect(status, text).toBe(200);
  const [head = [], ...rows] = parsed(text);
  return rows.map((cells) => {
    expect(cells, text).toHaveLength(head.length);
    return Object.fromEntries(head.map((column, at) => [column, cells[at] ?? '']));
  });
}
/** RFC 4180: lines end with CRLF, a cell in quotes may hold anything, and a quote in it is doubled. */
function parsed(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true);
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}
const namesIn = (rows: readonly InventoryRow[]): Set<string> => new Set(rows.map(({ server }) => server.name));
async function listed(kind: InventoryKind, as: SignedIn): Promise<string[]> {
  const { body } = await muster.call('GET', `/api/posture/inventory/${kind}?limit=200`, as);
  return (body['rows'] as InventoryRow[]).map(({ server, item }) => `${server.name} ${item}`);
}

describe.each(INVENTORY_KINDS)('%s', (kind) => {
  test('are exported whole and the same in both formats, in the order of the list', async () => {
    const rows = await json(kind, owner);
    expect(rows.map(({ server, item }) => `${server.name} ${item}`)).toEqual(await listed(kind, owner));
    const { columns } = INVENTORY_WORDS[kind];
    const cells = await csv(kind, owner);
    expect(Object.keys(cells[0] ?? {})).toEqual([
      ...['server', ...Object.keys(columns)],
      ...['first seen', 'stands out', 'reason', 'answered by', 'review'],
    ]);
    // A cell that a table program would take for a formula begins with a mark of its own.
    const plain = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r])/, '');
    expect(
      cells.map((row) => [
        row['server'],
        ...Object.keys(columns).map((fact) => plain(row[fact] ?? '')),
        row['stands out'],
      ]),
    ).toEqual(
      rows.map(({ server, facts, standsOut }) => [
        server.name,
        ...Object.keys(columns).map((fact) => plain(String(facts[fact] ?? 'not known'))),
        standsOut ?? '',
      ]),
    );
  });

  test('of a group are those of its servers', async () => {
    const all = await json(kind, owner);
    const mine = all.filter(({ server }) => server.name === WEB);
    expect(mine.length).toBeGreaterThan(0);
    expect(await json(kind, owner, `&groupId=${groupId}`)).toEqual(mine);
    expect((await csv(kind, owner, `&groupId=${groupId}`)).map((row) => row['server'])).toEqual(mine.map(() => WEB));
  });

  test('are, to somebody with one group, those of that group, whatever they ask for', async () => {
    const mine = (await json(kind, owner)).filter(({ server }) => server.name === WEB);
    expect(await json(kind, guest)).toEqual(mine);
    expect((await csv(kind, guest)).map((row) => row['server'])).toEqual(mine.map(() => WEB));
    expect(namesIn(await json(kind, guest, `&groupId=${groupId}`))).toEqual(new Set([WEB]));
    for (const format of ['csv', 'json']) {
      const foreign = await exported(kind, guest, `format=${format}&groupId=${others}`);
      expect(foreign.text).not.toContain(DATABASE);
      expect(foreign.status).toBe(404);
    }
  });
});
