// Numbers with their units, as people read them.

const counts = new Intl.NumberFormat('en-GB');

/** 18,204 */
export function count(value: number): string {
  return counts.format(value);
}

/** "1 server", "40 servers". */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

const WORDS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'Eleven', 'Twelve'];

/** "Six", "14": small numbers at the start of a sentence are words. */
export function numberWord(value: number): string {
  return WORDS[value] ?? count(value);
}

/** "41 GB", "1.9 TB": decimal units, as disks are sold and df -H prints. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const figure = unit === 0 || rest >= 100 ? Math.round(rest).toString() : rest.toFixed(1).replace(/\.0$/, '');
  return `${figure} ${units[unit] ?? 'B'}`;
}

/** "a", "a and b", "a, b and 3 more". `all`: how many there are, when only the first of them are named. */
export function listed(names: readonly string[], most = 3, all = names.length): string {
  if (all <= 1) return names.join('');
  if (all <= most && all === names.length) return `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  const shown = names.slice(0, most - 1);
  return `${shown.join(', ')} and ${count(all - shown.length)} more`;
}

/** Host strings are cut in the middle: both ends carry meaning. */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text;
  const keep = most - 1;
  return `${text.slice(0, Math.ceil(keep / 2))}…${text.slice(text.length - Math.floor(keep / 2))}`;
}

/** "7786 35c1 97d7 4fe0": a hash in groups of four, the first `groups` of them. */
export function hashGroups(hex: string, groups = 8): string {
  const parts = hex.match(/.{1,4}/g) ?? [];
  return parts.length > groups ? `${parts.slice(0, groups).join(' ')} …` : parts.join(' ');
}
