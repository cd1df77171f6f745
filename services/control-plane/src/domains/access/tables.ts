// Tables of access. People are a read model of events; credentials, links, challenges and sessions are secrets or
// short-lived, and no events.
import type { Generated } from 'kysely';

export type AccessTables = {
  'muster.access_people': {
    person_id: string;
    tenant_id: string;
    name: string;
    email: string;
    email_tag: string;
    time_zone: string;
    role: string;
    registered_at: Date;
  };
  'muster.access_credentials': {
    person_id: string;
    password_hash: string;
    totp_secret: Buffer;
    totp_step: Generated<number>;
    updated_at: Generated<Date>;
  };
  'muster.access_recovery_codes': { person_id: string; code_tag: string; used_at: Date | null };
  'muster.access_owner_links': {
    link_hash: Buffer;
    created_at: Generated<Date>;
    expires_at: Date;
    used_at: Date | null;
  };
  'muster.access_challenges': {
    challenge_id: string;
    kind: 'sign-in' | 'set-up';
    person_id: string | null;
    payload: Buffer | null;
    attempts: Generated<number>;
    expires_at: Date;
  };
  'muster.access_sessions': {
    session_id: string;
    token_hash: Buffer;
    tenant_id: string;
    person_id: string;
    factor: string;
    factor_at: Date;
    source_tag: string;
    source: string;
    created_at: Generated<Date>;
    used_at: Generated<Date>;
    expires_at: Date;
    ended_at: Date | null;
  };
  'muster.access_refusals': {
    source_tag: string;
    minute: Date;
    attempts: Generated<number>;
    accounts: Generated<string[]>;
    digested: Generated<boolean>;
  };
  'muster.access_throttle': { subject: string; failures: number; not_before: Date };
};
