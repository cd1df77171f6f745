// Names of people by their pseudonymous ids, for readers who may see them. An erased person has none.
export interface PersonNames {
  names(actors: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export const PEOPLE = Symbol('PEOPLE');
