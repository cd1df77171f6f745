// Whether everybody can read a page: what axe finds serious, and whether anything scrolls sideways.
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

const DIALOG = '[role=dialog]';

/** Rule, its help, and the elements; nothing when all is well. What an open dialog covers is looked at without it. */
export async function serious(page: Page): Promise<string[]> {
  await atRest(page);
  // Nobody reads what passed: on a page with a thousand links, listing it takes longer than looking. Our pages have no frame of
  // another origin, for which alone axe would open a second tab and judge there.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
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
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

const VIEWS = [
  { width: 1440, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;
const CROSSED = [
  { width: 1440, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
] as const;
/** Screenshots for whoever wants to look, nothing is compared: MUSTER_SHOTS names a folder. */
const SHOTS = process.env['MUSTER_SHOTS'];

/**
 * Looks at the page at each width and in each scheme once: colours do not depend on the width, nor overflow on the colours. The
 * specs of pages have some of them `crossed` as well. `name` says what is seen.
 */
export async function readsWell(page: Page, name: string, { crossed = false } = {}): Promise<void> {
  for (const { width, colorScheme } of crossed ? [...VIEWS, ...CROSSED] : VIEWS) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    await page.emulateMedia({ colorScheme });
    const view = `${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${width}-${colorScheme}`;
    if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${view}.png`), fullPage: true });
    expect(await serious(page), view).toEqual([]);
    // What measures its place draws itself anew a frame after the window has changed.
    await page
      .waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, undefined, { timeout: 3000 })
      .catch(() => undefined);
    expect(await overflow(page), `pixels that ${view} is wider than its window`).toBe(0);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}

/** A tab in which everything that `path` shows is there. */
export async function openPage(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(path);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  // On a busy machine a page of a fleet that was just judged follows it for a while.
  await page.waitForLoadState('networkidle', { timeout: 30_000 });
  return page;
}
