// docs/guides/api.md, run as written: every block of shell as a reader would paste it, and what its comments promise. Then
// the same through the typed client.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { newId } from '@muster/kernel/ids';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MusterClient, MusterProblem } from '../../../../shared/client/src/index.ts';
import { RunningMuster, type SignedIn } from './testing/running-muster.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../../docs/guides/api.md'), 'utf8');
const examples = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => {
  const lines = text.trimEnd().split('\n');
  return {
    script: lines.filter((line) => !line.startsWith('# ')).join('\n'),
    promised: lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2)),
  };
});

let muster: RunningMuster;
let owner: SignedIn;
let url: string;
let token: string;

beforeAll(async () => {
  muster = await RunningMuster.start();
  owner = await muster.owner();
  await muster.server('fra-web-01');
  url = `http://127.0.0.1:${muster.running.port}`;
  const wish = { name: 'Examples', may: [{ role: 'operator', scope: { kind: 'fleet' } }], days: 1 };
  token = String((await muster.call('POST', '/api/account/tokens', owner, wish)).body['token']);
}, 60_000);
afterAll(() => muster.stop());

function shell(script: string, more: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const env = { PATH: process.env['PATH'] ?? '', MUSTER: url, TOKEN: token, ...more };
  return new Promise((resolve) => {
    execFile('bash', ['-euo', 'pipefail', '-c', script], { env, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
    );
  });
}

describe('the examples of the guide', () => {
  test('are there', () => expect(examples.length).toBeGreaterThanOrEqual(7));

  test.each(examples.map((example) => [example.script.split('\n').at(-1) ?? '', example] as const))(
    '%s',
    async (_, { script, promised }) => {
      const { code, output } = await shell(script);
      expect([code, output]).toEqual([0, expect.any(String)]);
      expect(promised.length).toBeGreaterThan(0);
      for (const text of promised) expect(output).toContain(text);
    },
  );
});

test('the runbook for a stolen key asks a server for a new one, as it is written', async () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../../../docs/runbooks/key-stolen.md'), 'utf8');
  const script = /```sh\n(\s*curl [\s\S]*?)```/.exec(runbook)?.[1] ?? '';
  const SERVER = await muster.server('fra-web-02');
  expect(await shell(script, { SERVER })).toMatchObject({
    code: 1,
    output: expect.stringContaining('key-fixed') as string,
  });
  // Its agent has called since, and said what it can do.
  await muster.superuser.query(
    `insert into muster.servers_presence (server_id, heard_at, boot_id, agent_version, machine_hash, speaks)
     values ($1, now(), 'b', '0.1.0', '', '{keys}')`,
    [SERVER],
  );
  expect(await shell(script, { SERVER })).toMatchObject({
    code: 0,
    output: expect.stringContaining('position') as string,
  });
});

describe('the typed client', () => {
  test('asks and does, by the names of the catalogue', async () => {
    const client = new MusterClient({ url: `${url}/`, token });
    const { servers } = await client.call('servers.ListServers', {});
    const [server] = servers;
    expect(server?.name).toBe('fra-web-01');
    const target = { kind: 'server', serverId: server?.serverId ?? '' } as const;
    const commandId = newId();
    const wish = { range: '203.0.113.77', target, seconds: 600, reason: 'Scans' };
    const first = await client.call('bans.BlockAddress', wish, { commandId });
    const again = await client.call('bans.BlockAddress', wish, { commandId });
    expect([again.blockId, again.replayed]).toEqual([first.blockId, true]);
    const { blocks } = await client.call('bans.ListBlocks', {});
    expect(blocks.filter(({ range }) => range === '203.0.113.77')).toHaveLength(1);
  });

  test('throws problems with their code and fields', async () => {
    const client = new MusterClient({ url, token });
    const problem = await client.call('servers.GetServer', { serverId: newId() }).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(MusterProblem);
    expect(problem).toMatchObject({ status: 404, code: 'not-found', message: 'There is no server with that id' });
    await expect(client.call('access.EndOtherSessions', {})).rejects.toMatchObject({ code: 'needs-person' });
    const wrong = { range: 'nonsense', target: { kind: 'fleet' }, seconds: 1, reason: 'x' } as const;
    await expect(client.call('bans.BlockAddress', wrong)).rejects.toMatchObject({
      code: 'invalid',
      fields: expect.arrayContaining([expect.objectContaining({ path: 'range' })]) as unknown,
    });
  });

  test('repeats what failed for a passing reason, as the same action, and gives up when told', async () => {
    const seen: (string | undefined)[] = [];
    // Loses the answer of the first attempt after it was done, then is too busy, then passes through.
    const flaky = createServer((request, response) => {
      seen.push(request.headers['idempotency-key']?.toString());
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (seen.length === 2) return void response.writeHead(503, { 'retry-after': '0' }).end();
        const headers = Object.fromEntries(
          Object.entries(request.headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name)),
        ) as Record<string, string>;
        void fetch(`${url}${request.url ?? ''}`, { method: 'POST', headers, body: Buffer.concat(chunks) }).then(
          async (answer) => {
            if (seen.length === 1) return void request.socket.destroy();
            response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
          },
        );
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => flaky.once('listening', resolve));
    const address = flaky.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = new MusterClient({ url: `http://127.0.0.1:${port}`, token });
    const name = `Made once ${newId().slice(-8)}`;
    const made = await client.call('servers.CreateGroup', { name });
    expect([seen.length, new Set(seen).size, made.replayed]).toEqual([3, 1, true]);
    const { groups } = await new MusterClient({ url, token }).call('servers.ListGroups', {});
    expect(groups.filter((group) => group.name === name)).toHaveLength(1);
    flaky.close();
    const given = new AbortController();
    const waiting = new MusterClient({ url: 'http://127.0.0.1:1', token }).call(
      'servers.ListServers',
      {},
      {
        signal: given.signal,
      },
    );
    given.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('knows every domain of the catalogue', async () => {
    const source = readFileSync(join(import.meta.dirname, '../../../../shared/client/src/actions.ts'), 'utf8');
    const { commands, queries } = await import('@muster/contracts');
    const domains = new Set([...commands, ...queries].map(({ name }) => name.split('.')[0]));
    for (const domain of domains) expect(source).toContain(`@muster/contracts/${domain}'`);
  });
});
