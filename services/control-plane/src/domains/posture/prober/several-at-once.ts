/**
 * The answers in the order of the items, with at most `most` questions under way. What has not begun at `until` is left
 * out: then there are fewer answers than items.
 */
export async function severalAtOnce<Item, Answer>(
  items: readonly Item[],
  { most, until }: { readonly most: number; readonly until: number },
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    while (Date.now() < until) {
      const next = waiting.next();
      if (next.done === true) return;
      const [index, item] = next.value;
      answers[index] = await ask(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return answers;
}
