// What needs somebody, in words: a title that says what is wrong and a line that says what it means.
import type { Attention } from '@muster/contracts/fleet';
import { counted, listed } from '../../platform/quantities.ts';

export interface AttentionWords {
  readonly title: string;
  readonly detail: string;
  readonly href: string;
  readonly action: string;
}

export function attentionWords(item: Attention): AttentionWords {
  const { names, serverIds, id, text, count } = item.subject;
  const who = listed(names) || 'A server';
  const first = serverIds[0];
  const serverPage = serverIds.length === 1 && first !== undefined ? `/servers/${first}` : '/servers';
  switch (item.kind) {
    case 'servers-silent':
      return {
        title: `${who} stopped answering`,
        detail: 'What they hold stays in force; what is asked of them waits until they answer.',
        href: serverIds.length === 1 ? serverPage : '/servers?presence=silent',
        action: 'Open',
      };
    case 'server-unconfirmed':
      return {
        title: `${who}: the fingerprint is not confirmed`,
        detail: 'It reports and changes nothing. Compare what it prints on its own screen.',
        href: serverPage,
        action: 'Compare',
      };
    case 'identity-conflict':
      return {
        title: `${who} signed in from two machines`,
        detail: 'A cloned disk or a stolen key. Both are quarantined until somebody decides.',
        href: serverPage,
        action: 'Open',
      };
    case 'operation-failed':
      return {
        title: text ?? 'An operation did not reach every server',
        detail: `${counted(count ?? names.length, 'server')} could not do it${names.length > 0 ? `: ${listed(names)}` : ''}.`,
        href: id === null ? '/operations' : `/operations/${id}`,
        action: 'Open',
      };
    case 'operation-waiting':
      return {
        title: text ?? 'An operation waits for servers',
        detail: `${counted(count ?? names.length, 'server')} did not take it yet${names.length > 0 ? `: ${listed(names)}` : ''}.`,
        href: id === null ? '/operations' : `/operations/${id}`,
        action: 'Open',
      };
    case 'table-drifted':
      return {
        title: `${who}: the ban table is not what it should be`,
        detail: 'The host puts it back by itself; if this stays, something removes it again.',
        href: serverPage,
        action: 'Open',
      };
    case 'protection-ending':
      return {
        title: `Protection ends soon: ${text ?? 'an entry'}`,
        detail: 'After that it can be blocked like any other address. Give it a new end, or let it go.',
        href: '/bans?tab=never',
        action: 'Decide',
      };
    case 'fork-alarm':
      return {
        title: 'A witness saw a ledger that contradicts this one',
        detail:
          text ?? `${who} holds a checkpoint that this ledger does not extend. Keep everything as it is and verify.`,
        href: '/audit?class=fact&type=audit.ForkAlarmRaised',
        action: 'Open',
      };
    case 'ledger-late':
      return {
        title: 'The ledger is not signed any further',
        detail: text ?? 'Events are recorded and safe; their proofs wait for the sequencer.',
        href: '/audit',
        action: 'Open',
      };
    case 'backup-overdue':
      return {
        title: text === null ? 'Muster was never backed up' : 'Muster was not backed up in time',
        detail: `One is expected every ${counted(Math.max(1, count ?? 1), 'hour')}: run muster backup, and see why nobody did. Were the database lost, so would be all that was recorded since.`,
        href: '/audit?type=audit.BackupTaken',
        action: 'See backups',
      };
    case 'projection-paused':
      return {
        title: `Pages about ${text ?? 'something'} stand still`,
        detail: 'One event could not be taken in. Nothing is lost; the ledger is complete.',
        href: '/audit',
        action: 'Open',
      };
    case 'dispatch-held':
      return {
        title: 'Restored from a backup: nothing is sent to servers yet',
        detail: `${counted(count ?? 0, 'action')} that servers carried out since are lost here. Waiting for the journals of ${who}.`,
        href: '/audit?type=operations.LostActionFound',
        action: 'See what was lost',
      };
    case 'review-open':
      return {
        title: text === 'access' ? 'An access review waits' : 'What was done in an emergency waits for a look',
        detail: `${reviewDuty(names)} ${count === 0 ? 'Every item is decided: attest it.' : `${counted(count ?? 0, 'item')} to decide.`}`,
        href: `/reviews/${id ?? ''}`,
        action: 'Review',
      };
    case 'review-overdue':
      return {
        title:
          text === 'access' ? 'The access review is late' : 'What was done in an emergency was not looked at in time',
        detail: `${reviewDuty(names)} ${counted(count ?? 0, 'item')} not decided, and nobody attested it.`,
        href: `/reviews/${id ?? ''}`,
        action: 'Review',
      };
    case 'grant-ending':
      return {
        title: `${names[0] ?? 'Somebody'} is no longer ${text ?? 'what was granted'} soon`,
        detail: 'The grant ends by itself. Give it again for longer, or let it go.',
        href: '/grants',
        action: 'Open',
      };
    case 'break-glass-open':
      return {
        title: 'The emergency account is open',
        detail: `Somebody on the host unsealed it${text === null ? '' : `: “${text}”`}. It closes by itself.`,
        href: '/audit?type=access.BreakGlassOpened',
        action: 'Look',
      };
    case 'keys-expiring':
      return {
        title: `${text ?? 'An online key'} ends soon`,
        detail: 'Without a new one, signed by the root key, tasks stop.',
        href: '/audit',
        action: 'Open',
      };
  }
}

const reviewDuty = (names: readonly string[]): string =>
  names[0] === undefined ? 'It is nobody’s duty yet.' : `It is the duty of ${names[0]}.`;
