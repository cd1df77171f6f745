// Rules of networks in words.
import type { NetworkRule } from '@muster/contracts/access';

export type Rule = NetworkRule;

export function whom({ for: side, role }: Rule, titleOf: (role: string) => string): string {
  if (role === null) return side === 'people' ? 'Everybody who signs in' : 'Every program';
  return side === 'people' ? `People with the role ${titleOf(role)}` : `Programs with the role ${titleOf(role)}`;
}

export const how = ({ mode }: Rule): string => (mode === 'allow' ? 'only from' : 'not from');

/** One per line: an address or a range, then what it is called. */
export function readRanges(text: string): Rule['ranges'] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [range = '', ...label] = line.split(/\s+/);
      return { range, label: label.join(' ') };
    });
}

export const writeRanges = (ranges: Rule['ranges']): string =>
  ranges.map(({ range, label }) => (label === '' ? range : `${range} ${label}`)).join('\n');
