// Steps for files and folders: rights, owners, and what is kept as evidence.
import { step, type Step } from '../guide.ts';
import { MODE, NAME, only, sh, type Line, type Value } from '../shell.ts';

/** Of root alone, and nothing in it is served or run. */
const KEPT = '/root/evidence';

/**
 * As the owner, who reaches no file of others through a link that was put in the place of this one in the meantime. An owner
 * without a name is a number, which runuser does not take.
 */
function asOwner(owner: Value, mode: string, path: Value): Line {
  return owner === 'root'
    ? sh`chmod ${mode} -- ${path}`
    : sh`runuser -u ${only(owner, NAME)} -- chmod ${mode} -- ${path}`;
}

const looked = (path: Value): Line => sh`stat -c '%a %U:%G %n' -- ${path}`;

export function setRights(say: string, owner: Value, mode: string, path: Value): Step {
  return step(say, asOwner(owner, mode, path), looked(path));
}

export function rightsAsBefore(owner: Value, mode: Value, path: Value): Step {
  return step(`Give “${path}” the mode ${mode} again.`, asOwner(owner, only(mode, MODE), path), looked(path));
}

export function setOwner(say: string, owner: Value, path: Value): Step {
  return step(say, sh`chown -h ${owner} -- ${path}`, looked(path));
}

/** Out of reach, and still there to be looked at. */
export function setAside(path: Value): Step {
  return step(
    `Move “${path}” to a folder of root, as evidence.`,
    sh`install -d -m 0700 ${KEPT} && mv -n -- ${path} ${KEPT}/`,
    sh`test ! -e ${path} && ls -l ${KEPT}`,
  );
}

export function putBack(path: Value): Step {
  return step(`Move “${path}” back.`, sh`mv -n -- ${KEPT}/${nameOf(path)} ${path}`);
}

/** Beside what goes on being used. */
export function keepCopy(path: Value): Step {
  return step(
    `Keep a copy of “${path}” as evidence.`,
    sh`install -d -m 0700 ${KEPT} && cp -a -- ${path} ${KEPT}/`,
    sh`ls -l ${KEPT}`,
  );
}

export const copyBack = (path: Value): Line => sh`cp -a -- ${KEPT}/${nameOf(path)} ${path}`;

const nameOf = (path: Value): string => String(path ?? '').replace(/^.*\//s, '');
