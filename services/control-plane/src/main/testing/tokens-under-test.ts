// API tokens in use: a whole control plane that believes each request's word on where it comes from, two servers, and tokens
// that are made and used as programs do it.
import { TokenIssued, type GrantScope } from '@muster/contracts/access';
import { newId } from '@muster/kernel/ids';
import { RunningMuster, type Answer, type SignedIn } from './running-muster.ts';

/** Where programs work, and where nobody of theirs is. */
export const HOME = '192.0.2.10';
export const ELSEWHERE = '203.0.113.66';
export const FLEET: GrantScope = { kind: 'fleet' };

export interface Made {
  readonly tokenId: string;
  readonly token: string;
}

export class TokensUnderTest {
  private constructor(
    readonly muster: RunningMuster,
    readonly owner: SignedIn,
    readonly serverId: string,
    readonly otherServerId: string,
  ) {}

  static async start(): Promise<TokensUnderTest> {
    const muster = await RunningMuster.start({ MUSTER_TRUSTED_PROXIES: '127.0.0.1' });
    const owner = await muster.owner();
    return new TokensUnderTest(muster, owner, await muster.server('fra-web-01'), await muster.server('ams-db-01'));
  }

  stop(): Promise<void> {
    return this.muster.stop();
  }

  async make(as: SignedIn, wish: Record<string, unknown> = {}): Promise<Made> {
    const answer = await this.muster.call('POST', '/api/account/tokens', as, {
      name: 'Nightly export',
      may: [{ role: 'operator', scope: FLEET }],
      days: 30,
      ...wish,
    });
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.body as unknown as Made;
  }

  /** One that ends in a moment: the same text, issued by an event of its own. */
  async makeBrief(as: SignedIn, milliseconds: number): Promise<Made> {
    const { token, tokenId: long } = await this.make(as);
    const tokenId = newId();
    const expiresAt = new Date(Date.now() + milliseconds).toISOString();
    const issued = {
      ...TokenIssued.example,
      tokenId,
      holderId: as.personId,
      holderKind: 'person',
      networks: [],
      expiresAt,
    };
    const may = [{ role: 'operator', scope: FLEET }];
    await this.muster.append(`token-${tokenId}`, [[TokenIssued, { ...issued, may }]]);
    await this.muster.superuser.query('update muster.access_token_keys set token_id = $1 where token_id = $2', [
      tokenId,
      long,
    ]);
    return { token, tokenId };
  }

  use(token: string, method: string, path: string, body?: unknown, from = HOME): Promise<Answer> {
    return this.muster.send(method, path, { authorization: `Bearer ${token}`, 'x-forwarded-for': from }, body);
  }

  /** Every event of a type, oldest first. */
  async events(type: string): Promise<{ data: Record<string, unknown>; meta: Record<string, unknown> }[]> {
    const { rows } = await this.muster.superuser.query<{ body: string; meta: string }>(
      `select convert_from(body, 'UTF8') as body, convert_from(meta, 'UTF8') as meta from es.events
       where event_type = $1 order by recorded_at`,
      [type],
    );
    return rows.map(({ body, meta }) => ({
      data: JSON.parse(body) as Record<string, unknown>,
      meta: JSON.parse(meta) as Record<string, unknown>,
    }));
  }
}
