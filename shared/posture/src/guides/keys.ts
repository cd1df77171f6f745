// Steps for a key that shall no longer open an account.
import { guide, step, type Guide, type Step } from '../guide.ts';
import { only, sh, type Value } from '../shell.ts';

/** Puts a # before the lines whose key has the fingerprint $2, in the file $1; the last line may lack its end. */
const COMMENT_OUT =
  'cp -p "$1" "$1.before" && while IFS= read -r line || [ -n "$line" ]; do ' +
  'case "$(printf "%s\\n" "$line" | ssh-keygen -lf - 2>/dev/null)" in *"$2"*) printf "# %s\\n" "$line";; *) printf "%s\\n" "$line";; esac; ' +
  'done < "$1.before" > "$1"';
const FINGERPRINT = /^SHA256:[\w+/=-]{4,64}$/;

/** `key SHA256:… of ops` */
export const fingerprintOf = (subject: string | null): string => /^key (\S+) of /.exec(subject ?? '')?.[1] ?? '';

/** As the account, so that no link leads to a file of others. Without a file it is the account's own. */
export function withoutKey(account: Value, key: Value, file: Value, then: readonly Step[] = []): Guide {
  const fingerprint = only(key, FINGERPRINT);
  const own = file === undefined || file === '';
  const where = own ? `the authorized_keys of “${account}”` : `“${file}”`;
  return guide(
    [
      step(
        `Ask whose key ${key} of “${account}” is, and see that somebody else gets in without it. Keep your session open.`,
      ),
      step(
        `Put a # before its line in ${where}. The file is kept beside it, with “.before” at its end.`,
        own
          ? sh`runuser -u ${account} -- sh -c ${COMMENT_OUT} sh "$(getent passwd ${account} | cut -d: -f6)/.ssh/authorized_keys" ${fingerprint}`
          : sh`runuser -u ${account} -- sh -c ${COMMENT_OUT} sh ${file} ${fingerprint}`,
        own
          ? sh`ssh-keygen -lf "$(getent passwd ${account} | cut -d: -f6)/.ssh/authorized_keys" | grep -cF ${fingerprint}`
          : sh`ssh-keygen -lf ${file} | grep -cF ${fingerprint}`,
      ),
      ...then,
    ],
    [
      step(
        'Put the file back as it was.',
        own
          ? sh`home="$(getent passwd ${account} | cut -d: -f6)"; runuser -u ${account} -- mv "$home/.ssh/authorized_keys.before" "$home/.ssh/authorized_keys"`
          : sh`runuser -u ${account} -- mv -- ${`${file}.before`} ${file}`,
      ),
    ],
  );
}
