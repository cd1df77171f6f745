// Every check. Adding one is its file, its line here, and its fixtures: docs/guides/adding-a-check.md.
import type { CheckDefinition } from './check.ts';
import acc001 from './checks/acc-001-second-root.ts';
import acc002 from './checks/acc-002-empty-password.ts';
import acc003 from './checks/acc-003-unused-account.ts';
import acc004 from './checks/acc-004-past-its-end.ts';
import acc005 from './checks/acc-005-root-equivalent-member.ts';
import acc006 from './checks/acc-006-sudo-without-password.ts';
import acc007 from './checks/acc-007-sudoers-files.ts';
import acc008 from './checks/acc-008-password-policy.ts';
import acc014 from './checks/acc-014-unseen-network.ts';
import acc015 from './checks/acc-015-weak-site-password.ts';
import agt001 from './checks/agt-001-silent.ts';
import agt002 from './checks/agt-002-unsettled.ts';
import agt003 from './checks/agt-003-spool.ts';
import agt004 from './checks/agt-004-files.ts';
import agt005 from './checks/agt-005-break-glass.ts';
import agt006 from './checks/agt-006-incident-plan.ts';
import cpl001 from './checks/cpl-001-advisor.ts';
import cpl003 from './checks/cpl-003-tokens.ts';
import dap001 from './checks/dap-001-hardening.ts';
import db001 from './checks/db-001-public.ts';
import db002 from './checks/db-002-accounts.ts';
import db004 from './checks/db-004-redis.ts';
import db005 from './checks/db-005-stores.ts';
import dkr001 from './checks/dkr-001-api.ts';
import dkr002 from './checks/dkr-002-image.ts';
import dkr003 from './checks/dkr-003-rights.ts';
import dkr004 from './checks/dkr-004-burning.ts';
import dkr007 from './checks/dkr-007-new.ts';
import dns001 from './checks/dns-001-caa.ts';
import dns002 from './checks/dns-002-dnssec.ts';
import dns003 from './checks/dns-003-zone-changed.ts';
import dns004 from './checks/dns-004-open.ts';
import f2b001 from './checks/f2b-001-running.ts';
import f2b002 from './checks/f2b-002-jails.ts';
import f2b003 from './checks/f2b-003-ssh-port.ts';
import f2b004 from './checks/f2b-004-blind.ts';
import f2b005 from './checks/f2b-005-enforced.ts';
import f2b006 from './checks/f2b-006-ignored-administrators.ts';
import f2b007 from './checks/f2b-007-limits.ts';
import f2b008 from './checks/f2b-008-configuration.ts';
import f2b009 from './checks/f2b-009-socket.ts';
import file001 from './checks/file-001-world-writable.ts';
import file002 from './checks/file-002-docroot-modes.ts';
import file003 from './checks/file-003-secrets.ts';
import file004 from './checks/file-004-dump.ts';
import file005 from './checks/file-005-setuid.ts';
import fw001 from './checks/fw-001-default-deny.ts';
import fw002 from './checks/fw-002-persistent.ts';
import fw003 from './checks/fw-003-unapproved-port.ts';
import fw004 from './checks/fw-004-data-port.ts';
import fw006 from './checks/fw-006-ipv6.ts';
import fw007 from './checks/fw-007-published-port.ts';
import fw008 from './checks/fw-008-past-its-end.ts';
import fw009 from './checks/fw-009-not-reviewed.ts';
import fw010 from './checks/fw-010-accept-all.ts';
import fw011 from './checks/fw-011-panel-port.ts';
import fw012 from './checks/fw-012-ban-table.ts';
import fw013 from './checks/fw-013-countries.ts';
import gen001 from './checks/gen-001-second-factor.ts';
import gen002 from './checks/gen-002-review.ts';
import key001 from './checks/key-001-unused.ts';
import key002 from './checks/key-002-owner-gone.ts';
import key003 from './checks/key-003-weak-key.ts';
import key005 from './checks/key-005-writable.ts';
import key006 from './checks/key-006-added-by-hand.ts';
import krn001 from './checks/krn-001-memory.ts';
import krn002 from './checks/krn-002-network.ts';
import log001 from './checks/log-001-retention.ts';
import log003 from './checks/log-003-audit.ts';
import log005 from './checks/log-005-truncated.ts';
import mail001 from './checks/mail-001-open-relay.ts';
import mail002 from './checks/mail-002-smtp-tls.ts';
import mail003 from './checks/mail-003-auth-without-tls.ts';
import mail004 from './checks/mail-004-spf.ts';
import mail005 from './checks/mail-005-dkim.ts';
import mail006 from './checks/mail-006-dmarc.ts';
import mail008 from './checks/mail-008-queue.ts';
import out001 from './checks/out-001-unexplained-port.ts';
import out002 from './checks/out-002-shown-certificate.ts';
import out003 from './checks/out-003-old-tls.ts';
import out004 from './checks/out-004-plain-site.ts';
import per001 from './checks/per-001-cron-entry.ts';
import per002 from './checks/per-002-payload.ts';
import per003 from './checks/per-003-unit.ts';
import per005 from './checks/per-005-preload.ts';
import per006 from './checks/per-006-process.ts';
import per007 from './checks/per-007-busy-program.ts';
import per008 from './checks/per-008-login-path.ts';
import php001 from './checks/php-001-end-of-life.ts';
import php002 from './checks/php-002-security-only.ts';
import php005 from './checks/php-005-errors-shown.ts';
import php006 from './checks/php-006-shared-user.ts';
import plk001 from './checks/plk-001-api.ts';
import plk002 from './checks/plk-002-admin-access.ts';
import plk003 from './checks/plk-003-password-strength.ts';
import plk004 from './checks/plk-004-enhanced-security.ts';
import plk005 from './checks/plk-005-certificate.ts';
import res001 from './checks/res-001-disk.ts';
import res002 from './checks/res-002-inodes.ts';
import res003 from './checks/res-003-memory.ts';
import res005 from './checks/res-005-disk-failing.ts';
import ssh001 from './checks/ssh-001-root-password.ts';
import ssh002 from './checks/ssh-002-passwords.ts';
import ssh003 from './checks/ssh-003-default-port.ts';
import ssh004 from './checks/ssh-004-empty-passwords.ts';
import ssh005 from './checks/ssh-005-weak-algorithms.ts';
import ssh009 from './checks/ssh-009-restart.ts';
import time001 from './checks/time-001-synchronised.ts';
import time002 from './checks/time-002-differs.ts';
import upd001 from './checks/upd-001-security-updates.ts';
import upd002 from './checks/upd-002-automatic.ts';
import upd003 from './checks/upd-003-automatic-failing.ts';
import upd005 from './checks/upd-005-reboot.ts';
import upd007 from './checks/upd-007-end-of-life.ts';
import upd011 from './checks/upd-011-panel.ts';
import waf001 from './checks/waf-001-loaded.ts';
import waf002 from './checks/waf-002-detection-only.ts';
import waf004 from './checks/waf-004-sites-without.ts';
import waf006 from './checks/waf-006-blocks.ts';
import web001 from './checks/web-001-expiry.ts';
import web002 from './checks/web-002-names.ts';
import web003 from './checks/web-003-chain.ts';
import web005 from './checks/web-005-renewal.ts';
import web006 from './checks/web-006-redirect.ts';
import web007 from './checks/web-007-hsts.ts';
import web008 from './checks/web-008-old-protocols.ts';
import web009 from './checks/web-009-leaks.ts';
import web012 from './checks/web-012-open-origin.ts';
import wp001 from './checks/wp-001-core.ts';
import wp002 from './checks/wp-002-vulnerable.ts';
import wp003 from './checks/wp-003-file-editing.ts';
import wp004 from './checks/wp-004-xmlrpc.ts';
import wp005 from './checks/wp-005-config-readable.ts';
import wp006 from './checks/wp-006-shell.ts';
import wp008 from './checks/wp-008-inactive.ts';
import wp009 from './checks/wp-009-debug.ts';
import wp010 from './checks/wp-010-core-files.ts';
import wp011 from './checks/wp-011-new-administrator.ts';
import wp012 from './checks/wp-012-login.ts';

export const checks: readonly CheckDefinition[] = [
  acc001,
  acc002,
  acc003,
  acc004,
  acc005,
  acc006,
  acc007,
  acc008,
  acc014,
  acc015,
  agt001,
  agt002,
  agt003,
  agt004,
  agt005,
  agt006,
  cpl001,
  cpl003,
  dap001,
  db001,
  db002,
  db004,
  db005,
  dkr001,
  dkr002,
  dkr003,
  dkr004,
  dkr007,
  dns001,
  dns002,
  dns003,
  dns004,
  f2b001,
  f2b002,
  f2b003,
  f2b004,
  f2b005,
  f2b006,
  f2b007,
  f2b008,
  f2b009,
  file001,
  file002,
  file003,
  file004,
  file005,
  fw001,
  fw002,
  fw003,
  fw004,
  fw006,
  fw007,
  fw008,
  fw009,
  fw010,
  fw011,
  fw012,
  fw013,
  gen001,
  gen002,
  key001,
  key002,
  key003,
  key005,
  key006,
  krn001,
  krn002,
  log001,
  log003,
  log005,
  mail001,
  mail002,
  mail003,
  mail004,
  mail005,
  mail006,
  mail008,
  out001,
  out002,
  out003,
  out004,
  per001,
  per002,
  per003,
  per005,
  per006,
  per007,
  per008,
  php001,
  php002,
  php005,
  php006,
  plk001,
  plk002,
  plk003,
  plk004,
  plk005,
  res001,
  res002,
  res003,
  res005,
  ssh001,
  ssh002,
  ssh003,
  ssh004,
  ssh005,
  ssh009,
  time001,
  time002,
  upd001,
  upd002,
  upd003,
  upd005,
  upd007,
  upd011,
  waf001,
  waf002,
  waf004,
  waf006,
  web001,
  web002,
  web003,
  web005,
  web006,
  web007,
  web008,
  web009,
  web012,
  wp001,
  wp002,
  wp003,
  wp004,
  wp005,
  wp006,
  wp008,
  wp009,
  wp010,
  wp011,
  wp012,
];

export const checkOf = (id: string): CheckDefinition | undefined => checks.find((check) => check.id === id);
