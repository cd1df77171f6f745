// Whether everybody can read a page: what axe finds serious, and whether anything scrolls sideways.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Rule, its help, and the elements; nothing when all is well. */
export async function serious(page: Page): Promise<string[]> {
  // Nobody reads what passed: on a page with a thousand links, listing it takes longer than looking.
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id} (${help}) at ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

/** Pixels by which the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

/** Calls `look` at 1440 and 390 wide, in light and dark. Nothing moves: a colour half-way to another is nobody's. */
export async function inEveryView(page: Page, look: (view: string) => Promise<void>): Promise<void> {
  for (const width of [1440, 390] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await look(`${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}
