// Every check. Adding one is its file, its line here, and its fixtures: docs/guides/adding-a-check.md.
import type { CheckDefinition } from './check.ts';
import acc001 from './checks/acc-001-second-root.ts';
import acc002 from './checks/acc-002-empty-password.ts';
import acc006 from './checks/acc-006-sudo-without-password.ts';
import acc007 from './checks/acc-007-sudoers-files.ts';
import acc008 from './checks/acc-008-password-policy.ts';
import f2b001 from './checks/f2b-001-running.ts';
import f2b002 from './checks/f2b-002-jails.ts';
import f2b003 from './checks/f2b-003-ssh-port.ts';
import f2b005 from './checks/f2b-005-enforced.ts';
import f2b007 from './checks/f2b-007-limits.ts';
import f2b008 from './checks/f2b-008-configuration.ts';
import f2b009 from './checks/f2b-009-socket.ts';
import file001 from './checks/file-001-world-writable.ts';
import file003 from './checks/file-003-secrets.ts';
import file004 from './checks/file-004-dump.ts';
import fw001 from './checks/fw-001-default-deny.ts';
import fw004 from './checks/fw-004-data-port.ts';
import fw006 from './checks/fw-006-ipv6.ts';
import fw010 from './checks/fw-010-accept-all.ts';
import fw011 from './checks/fw-011-panel-port.ts';
import key003 from './checks/key-003-weak-key.ts';
import key005 from './checks/key-005-writable.ts';
import krn001 from './checks/krn-001-memory.ts';
import krn002 from './checks/krn-002-network.ts';
import log001 from './checks/log-001-retention.ts';
import log003 from './checks/log-003-audit.ts';
import per002 from './checks/per-002-payload.ts';
import per003 from './checks/per-003-unit.ts';
import per005 from './checks/per-005-preload.ts';
import per006 from './checks/per-006-process.ts';
import ssh001 from './checks/ssh-001-root-password.ts';
import ssh002 from './checks/ssh-002-passwords.ts';
import ssh003 from './checks/ssh-003-default-port.ts';
import ssh004 from './checks/ssh-004-empty-passwords.ts';
import ssh005 from './checks/ssh-005-weak-algorithms.ts';
import ssh009 from './checks/ssh-009-restart.ts';
import time001 from './checks/time-001-synchronised.ts';
import upd001 from './checks/upd-001-security-updates.ts';
import upd002 from './checks/upd-002-automatic.ts';
import upd003 from './checks/upd-003-automatic-failing.ts';
import upd005 from './checks/upd-005-reboot.ts';
import upd007 from './checks/upd-007-end-of-life.ts';

export const checks: readonly CheckDefinition[] = [
  acc001,
  acc002,
  acc006,
  acc007,
  acc008,
  f2b001,
  f2b002,
  f2b003,
  f2b005,
  f2b007,
  f2b008,
  f2b009,
  file001,
  file003,
  file004,
  fw001,
  fw004,
  fw006,
  fw010,
  fw011,
  key003,
  key005,
  krn001,
  krn002,
  log001,
  log003,
  per002,
  per003,
  per005,
  per006,
  ssh001,
  ssh002,
  ssh003,
  ssh004,
  ssh005,
  ssh009,
  time001,
  upd001,
  upd002,
  upd003,
  upd005,
  upd007,
];

export const checkOf = (id: string): CheckDefinition | undefined => checks.find((check) => check.id === id);
