// The API's parts of bans over a real database, with servers and people as their own domains would have written them.
import { randomBytes } from 'node:crypto';
import type { GrantScope } from '@muster/contracts/access';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import type { Principal, RequestContext } from '../../../platform/cqrs/principal.ts';
import { newContext } from '../../../platform/cqrs/principal.ts';
import { Recorder } from '../../../platform/cqrs/recorder.ts';
import type { Connection } from '../../../platform/database/database.ts';
import type { PersonNames } from '../../../platform/personal-data/person-names.ts';
import { MasterKey, PersonalData, SecretBox } from '../../../platform/personal-data/personal-data.ts';
import { LiveOperators, SEALED_FOR } from '../../access/index.ts';
import { ServerDirectory } from '../../servers/index.ts';
import { BlockReach } from '../block-reach.ts';
import { BlockViews } from '../block-views.ts';
import { SystemAddresses } from '../system-addresses.ts';
import type { World } from '../../../main/testing/world.ts';

export const CONTROL_PLANE = '198.51.100.250';

/** Nobody has registered here; an owner is then called by that word. */
const nameless: PersonNames = { names: () => Promise.resolve(new Map()) };

export class Api {
  readonly personal: PersonalData;
  readonly #master = new MasterKey(randomBytes(32));
  readonly directory: ServerDirectory;
  readonly reach: BlockReach;
  readonly views: BlockViews;
  readonly recorder: Recorder;
  readonly operator: Principal = {
    kind: 'person',
    actor: newId(),
    tenantId: DEFAULT_TENANT,
    permissions: new Set(),
    source: '198.51.100.99',
  };

  constructor(private readonly world: World) {
    const { database, store } = world.app;
    this.personal = new PersonalData(database.pool, this.#master);
    this.directory = new ServerDirectory(database);
    this.reach = new BlockReach(database, this.directory, nameless, this.system(database));
    this.views = new BlockViews(database, this.directory, nameless);
    this.recorder = new Recorder(store, this.personal);
  }

  system(database: Connection): SystemAddresses {
    const operators = new LiveOperators(database, this.personal, this.#master, 3600);
    return new SystemAddresses(this.directory, operators, `http://${CONTROL_PLANE}:7410`);
  }

  context(commandId = newId()): RequestContext {
    return newContext(this.operator, { commandId });
  }

  async server(name: string, address: string, mode: 'managed' | 'observe' = 'managed'): Promise<string> {
    const serverId = newId();
    const { superuser } = this.world;
    await superuser.query(
      `insert into muster.servers_servers (server_id, tenant_id, name, hostname, enrolment_id, agent_key, fingerprint,
         machine_hash, agent_version, offers, observe_only, simulated, confirmed, enrolled_at)
       values ($1, $2, $3, $3, $1, '', '', '', '0', '{}', false, false, true, now())`,
      [serverId, DEFAULT_TENANT, name],
    );
    await superuser.query(`insert into muster.servers_capabilities values ($1, 'bans', $2)`, [serverId, mode]);
    await superuser.query(
      `insert into muster.servers_presence (server_id, heard_at, boot_id, agent_version, machine_hash, address)
       values ($1, now(), '', '0', '', $2)`,
      [serverId, address],
    );
    return serverId;
  }

  async group(name: string, ...serverIds: string[]): Promise<string> {
    const groupId = newId();
    const { superuser } = this.world;
    await superuser.query('insert into muster.servers_groups values ($1, $2, $3)', [groupId, DEFAULT_TENANT, name]);
    for (const serverId of serverIds) {
      await superuser.query('insert into muster.servers_group_members values ($1, $2)', [groupId, serverId]);
    }
    return groupId;
  }

  /** Somebody who holds a grant over that much signs in from there; answers with the session. */
  async signIn(source: string, over: GrantScope = { kind: 'fleet' }): Promise<string> {
    const [sessionId, personId] = [newId(), newId()];
    await this.world.superuser.query(
      `insert into muster.access_grants (grant_id, tenant_id, holder_id, role, scope, scope_key, starts_at, reason,
         given_by, given_at, given_position)
       values ($1, $2, $3, 'operator', $4, '', now(), '', '', now(), 0)`,
      [newId(), DEFAULT_TENANT, personId, JSON.stringify(over)],
    );
    const sealed = await this.personal.seal(personId, source);
    const tag = new SecretBox(this.#master, SEALED_FOR).tag(source);
    await this.world.superuser.query(
      `insert into muster.access_sessions (session_id, token_hash, tenant_id, person_id, factor, factor_at, source_tag,
         source, expires_at)
       values ($1, $2, $3, $4, 'totp', now(), $6, $5, now() + interval '1 hour')`,
      [sessionId, Buffer.from(sessionId), DEFAULT_TENANT, personId, sealed, tag],
    );
    return sessionId;
  }

  async signOut(sessionId: string): Promise<void> {
    await this.world.superuser.query('update muster.access_sessions set ended_at = now() where session_id = $1', [
      sessionId,
    ]);
  }
}
