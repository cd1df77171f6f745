// es: the ledger. vault: keys of personal fields, apart from what they open. muster: read models and domain tables.
export const schemas = `
create schema es authorization muster_owner;
create schema vault authorization muster_owner;
create schema muster authorization muster_owner;
grant usage on schema es, muster to muster_app, muster_worker, muster_gateway, muster_signer, muster_sequencer, muster_auditor;
alter default privileges for role muster_owner revoke execute on functions from public;
alter default privileges for role muster_owner in schema muster grant select on tables to muster_auditor;
do $$ begin
  execute format('revoke temporary on database %I from public', current_database());
end $$;
`;
