// What hosts and strangers' files say, on the way to a terminal: read as text, obeyed by nothing.
import { harmlessText } from '@muster/kernel/harmless-text';

/** Keeps lines of ours, and nothing else that acts. */
export const harmlessLines = (text: string): string => text.split('\n').map(harmlessText).join('\n');

export const harmlessReport = (report: unknown): string =>
  JSON.stringify(report, (_, value: unknown) => (typeof value === 'string' ? harmlessText(value) : value), 2);
