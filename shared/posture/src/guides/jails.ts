// Steps for jails of fail2ban.
import { step, type Step } from '../guide.ts';
import { sh, type Line, type Value } from '../shell.ts';

/** Read after every other file of the folder. */
export const BY_HAND = '/etc/fail2ban/jail.d/zz-by-hand.local';

export const reloadJail = (jail: Value, verify?: Line): Step =>
  step(
    `Test the settings of fail2ban and load the jail ${jail} anew.`,
    sh`fail2ban-client -t && fail2ban-client reload ${jail}`,
    verify,
  );
