// Why something was not believed or not done: a word for programs, a sentence for people.
export interface Refusal {
  readonly refused: true;
  readonly code: string;
  readonly reason: string;
}

export function refused(code: string, reason: string): Refusal {
  return { refused: true, code, reason };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused === true;
}
