// The name of a log is `<host>/muster/<epoch>`. A restore from a backup goes on under the next one, so that two trees that
// differ never stand under one name.

/** 1 for a log that was never restored. Throws TypeError for a name without an epoch. */
export function epochOf(origin: string): number {
  const epoch = /\/(\d{1,9})$/.exec(origin)?.[1];
  if (epoch === undefined) throw new TypeError(`the log's name ${origin} does not end with its epoch`);
  return Number(epoch);
}

/** The same log in another epoch. */
export function originOfEpoch(origin: string, epoch: number): string {
  epochOf(origin);
  return origin.replace(/\d+$/, String(epoch));
}

/** True when both name one log, in whichever epochs. */
export function sameLog(one: string, other: string): boolean {
  const stem = (origin: string): string => origin.replace(/\/\d{1,9}$/, '/');
  return stem(one) === stem(other);
}
