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
    state: Generated<'invited' | 'active'>;
    registered_at: Date;
  };
  'muster.access_credentials': {
    person_id: string;
    password_hash: string | null;
    totp_secret: Buffer | null;
    totp_step: Generated<number>;
    password_set_at: Date | null;
    totp_since: Date | null;
    recovery_issued_at: Date | null;
    updated_at: Generated<Date>;
  };
  'muster.access_passkeys': {
    passkey_id: string;
    person_id: string;
    credential_id: string;
    public_key: Buffer;
    counter: number;
    transports: string[];
    synced: boolean;
    name: string;
    added_at: Generated<Date>;
    used_at: Date | null;
  };
  'muster.access_links': {
    link_hash: Buffer;
    person_id: string;
    purpose: 'invitation' | 'recovery';
    reset_second_factor: boolean;
    made_by: string;
    made_at: Generated<Date>;
    expires_at: Date;
    ended_at: Date | null;
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
    kind: 'sign-in' | 'set-up' | 'passkey' | 'step-up' | 'entry' | 'enrol-totp' | 'enrol-passkey';
    person_id: string | null;
    session_id: Generated<string | null>;
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
    device: string | null;
    next_token_hash: Generated<Buffer | null>;
    token_issued_at: Generated<Date>;
    previous_token_hash: Generated<Buffer | null>;
    replaced_at: Generated<Date | null>;
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
};
