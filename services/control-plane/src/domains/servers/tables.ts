// Tables of servers. servers_servers, capabilities, groups and enrolments are read models of events; presence,
// inventory, barred and batches are telemetry that the gateway writes.
import type { Inventory } from '@muster/contracts/servers';
import type { Generated, JSONColumnType } from 'kysely';

export type ServersTables = {
  'muster.servers_servers': {
    server_id: string;
    tenant_id: string;
    name: string;
    hostname: string;
    enrolment_id: string;
    agent_key: string;
    host_key: string | null;
    sealing_key: string | null;
    fingerprint: string;
    machine_hash: string;
    agent_version: string;
    offers: string[];
    observe_only: boolean;
    simulated: boolean;
    confirmed: Generated<boolean>;
    quarantined: Generated<boolean>;
    retired: Generated<boolean>;
    tags: Generated<string[]>;
    enrolled_at: Date;
    /** When its present key was first used; null: it enrolled with it. */
    key_since: Date | null;
    former_keys: Generated<string[]>;
    rotation_id: string | null;
    rotation_asked_at: Date | null;
    misused_at: Date | null;
    misused_from: string | null;
  };
  'muster.servers_capabilities': { server_id: string; capability: string; mode: 'observe' | 'managed' };
  'muster.servers_groups': { group_id: string; tenant_id: string; name: string };
  'muster.servers_group_members': { group_id: string; server_id: string };
  'muster.servers_enrolments': {
    enrolment_id: string;
    tenant_id: string;
    token_hash: Buffer | null;
    name: string | null;
    group_ids: string[];
    simulated: boolean;
    issued_at: Date;
    expires_at: Date;
    downloaded_at: Date | null;
    cancelled_at: Date | null;
    server_id: string | null;
    enrolled_at: Date | null;
    connected_at: Date | null;
    confirmed_at: Date | null;
  };
  'muster.servers_presence': {
    server_id: string;
    gateway_id: string | null;
    session_id: string | null;
    connected_at: Date | null;
    heard_at: Date;
    boot_id: string;
    agent_version: string;
    machine_hash: string;
    address: string | null;
    clock_skew_ms: number | null;
    spooled: Generated<number>;
    /** What its agent can do beyond the first version of the protocol. */
    speaks: Generated<string[]>;
    silent: Generated<boolean>;
    silent_since: Date | null;
  };
  'muster.servers_gateways': { gateway_id: string; started_at: Generated<Date>; beat_at: Generated<Date> };
  'muster.servers_inventory': { server_id: string; at: Date; facts: JSONColumnType<Inventory>; sha256: string };
  'muster.servers_barred': { server_id: string; capability: string; why: string };
  'muster.servers_batches': { server_id: string; seq: number };
};
