// MAIL-001: Open mail relay.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { postconf } from '../guides/mail.ts';
import { mail } from '../probes/mail.ts';

/** Ends a list of restrictions for everybody who is neither of ours nor signed in. */
const CLOSES = /\b(?:reject_unauth_destination|defer_unauth_destination|reject|defer)\b/;

export default check({
  id: 'MAIL-001',
  area: 'mail',
  severity: 'critical',
  title: 'Open mail relay',
  measured: 'postconf: smtpd_relay_restrictions, smtpd_recipient_restrictions, mynetworks',
  expected: 'strangers cannot send through this server, and mynetworks holds none',
  why: 'An open relay sends other people’s spam within a day, and the server’s address is on every block list the day after. All clients lose their mail for weeks.',
  evidence: { restrictions: 'Relay restrictions', networks: 'mynetworks' },
  fix: 'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination; mynetworks to loopback; postfix reload.',
  undo: 'Put the former main.cf back and reload.',
  risk: 'service',
  maps: ['MAIL-8816'],
  reads: { mail },
  judge({ mail: { postfix } }) {
    if (postfix === null) return notApplicable('Postfix is not installed, or could not be asked');
    const restrictions = postfix.settings['smtpd_relay_restrictions'] ?? '';
    const recipient = postfix.settings['smtpd_recipient_restrictions'] ?? '';
    const networks = postfix.settings['mynetworks'] ?? '';
    if (networks === '' && restrictions === '' && recipient === '')
      return unknown('Postfix did not say whom it relays for');
    const wide = networks.split(/[\s,]+/).some((one) => {
      const [, bits] = /^[\d.]+\/(\d+)$/.exec(one) ?? [];
      const [, bits6] = /^\[?[\da-f:]+\]?\/(\d+)$/i.exec(one) ?? [];
      return (
        (bits !== undefined && Number(bits) < 8) || (bits === undefined && bits6 !== undefined && Number(bits6) < 32)
      );
    });
    return passIf(!wide && (CLOSES.test(restrictions) || CLOSES.test(recipient)), {
      restrictions: restrictions.slice(0, 300) || 'none',
      networks: networks.slice(0, 300),
    });
  },
  steps({ evidence: { restrictions, networks } }) {
    return guide(
      [
        postconf(
          `mynetworks is “${networks}”, the restrictions are “${restrictions}”. Relay for this server and for who signs in.`,
          {
            mynetworks: '127.0.0.0/8 [::1]/128',
            smtpd_relay_restrictions: 'permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination',
          },
        ),
        step('See what strangers left in the queue.', 'postqueue -p | tail -n 20'),
      ],
      [
        // What is longer was cut: half of it would be something else.
        String(networks).length < 300 && String(restrictions).length < 300
          ? postconf('As it was.', {
              mynetworks: networks,
              smtpd_relay_restrictions: restrictions === 'none' ? undefined : restrictions,
            })
          : step('Put the former values back from a backup of main.cf: they are longer than what is shown here.'),
      ],
    );
  },
});
