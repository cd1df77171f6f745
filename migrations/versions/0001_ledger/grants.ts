// Least privilege: those who act may append and read; nobody may write a table of history directly.
export const grants = `
revoke all on all functions in schema es from public;

grant execute on function es.append_group to muster_app, muster_worker, muster_gateway, muster_signer;
grant select on es.streams, es.events, es.appends, es.ledger, es.log_state, es.tree_state, es.tiles, es.checkpoints,
  es.witness_cosignatures, es.subscriptions, es.readable_events
  to muster_app, muster_worker, muster_gateway, muster_signer, muster_auditor;
grant select on es.pending to muster_app, muster_worker, muster_auditor;
grant select on es.reservations to muster_app, muster_worker, muster_auditor;
grant insert, update on es.subscriptions to muster_worker;
grant insert on es.witness_cosignatures to muster_gateway;
grant execute on function es.leaf_hash(uuid, uuid, text, bigint, text, smallint, timestamptz, bytea, bytea) to muster_auditor;

-- The sequencer never sees what an event says.
grant execute on function es.sequence_pending(int), es.ensure_partitions(), es.name_log(text),
  es.grow_tree(bigint, bigint, smallint[], bigint[], bytea[], bytea, text) to muster_sequencer;
grant select on es.ledger, es.pending, es.log_state, es.tree_state, es.tiles, es.checkpoints to muster_sequencer;
`;
