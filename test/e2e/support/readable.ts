// Whether everybody can read a page: what axe finds serious, and whether anything scrolls sideways.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const DIALOG = '[role=dialog]';

/** Rule, its help, and the elements; nothing when all is well. What an open dialog covers is looked at without it. */
export async function serious(page: Page): Promise<string[]> {
  await atRest(page);
  // Nobody reads what passed: on a page with a thousand links, listing it takes longer than looking.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
  if ((await page.locator(DIALOG).count()) > 0) axe.include(DIALOG);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${help}) at ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** A colour half-way to another is nobody's: a button that a dialog has just covered is still leaving its hover. */
const atRest = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(changes.map(({ finished }) => finished));
  });

/** Pixels by which the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

const VIEWS = [
  { width: 1440, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

/**
 * Calls `look` at each width and in each scheme once: colours do not depend on the width, nor overflow on the colours, and the
 * specs of pages cross them. Nothing moves.
 */
export async function inEachView(page: Page, look: (view: string) => Promise<void>): Promise<void> {
  for (const { width, colorScheme } of VIEWS) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await look(`${width}-${colorScheme}`);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}
