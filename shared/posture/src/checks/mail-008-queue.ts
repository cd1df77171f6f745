// MAIL-008: Outbound mail spike or queue growth.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { mail } from '../probes/mail.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'MAIL-008',
  area: 'mail',
  severity: 'high',
  title: 'Outbound mail spike or queue growth',
  measured: 'postqueue -j: how many wait, and from whom most',
  expected: 'fewer than 500 messages wait, fewer than 100 of one sender',
  why: 'A form or a mailbox that somebody took over sends until the server is on block lists. The queue shows it an hour before.',
  evidence: { waiting: 'Waiting', sender: 'Most from', share: 'Of that sender' },
  fix: 'Hold that sender’s mail (postsuper -h), change the mailbox’s password or find the script, then release or delete.',
  undo: 'postsuper -H releases what was held.',
  risk: 'service',
  maps: [],
  reads: { mail },
  judge({ mail: { postfix } }, { policy: { mailQueue } }) {
    if (postfix === null) return notApplicable('Postfix is not installed, or could not be asked');
    if (postfix.queue === null) return unknown('The queue of mail could not be read');
    const { messages, topSender, topCount } = postfix.queue;
    const band = (count: number): string =>
      count >= 1000
        ? 'more than 1000'
        : count >= 500
          ? 'more than 500'
          : count >= 100
            ? 'more than 100'
            : 'fewer than 100';
    return passIf(messages < mailQueue.messages && topCount < mailQueue.perSender, {
      waiting: band(messages),
      sender: topSender || 'the server itself',
      share: band(topCount),
    });
  },
  steps({ evidence: { waiting, sender, share } }) {
    const from = sender === 'the server itself' ? '""' : `"${sender}"`;
    const ids = sh`postqueue -j | grep -F ${`"sender": ${from}`} | sed -n 's/.*"queue_id": *"\\([A-Za-z0-9]*\\)".*/\\1/p'`;
    const each = (option: string) => (ids === null ? null : `${ids} | postsuper ${option} -`);
    return guide(
      [
        step(
          `${waiting} messages wait, ${share} from “${sender}”. See which.`,
          ids === null ? null : `${ids} | head -n 5`,
        ),
        step('Hold them: they stay, and do not leave.', each('-h'), sh`postqueue -p | tail -n 1`),
        step(`Change the password of “${sender}”, or find the script that sends (postcat -q ID shows its head).`),
      ],
      [step('Let them go.', each('-H'))],
    );
  },
});
