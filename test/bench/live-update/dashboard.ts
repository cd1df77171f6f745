// One real dashboard in Chromium: when a change stands in its page, and how soon a page that was never loaded before shows
// something. Chromium's clock and ours are one: both count from 1970 on the same machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { cookiesFor, launchChromium, visit } from '../../e2e/support/browser.ts';
import { lacksChromium } from '../../support/parts.ts';
import type { BenchTools } from '../benchmark.ts';

export const WEB = join(import.meta.dirname, '../../../web/build');
/** It lists what the benchmark creates. */
const PATH = '/groups';
/** What somebody sees first. */
const FIRST_PATH = '/';
const DEADLINE_MS = 20_000;

/** What this machine lacks for it; undefined when nothing. */
export const lacksDashboard = (): string | undefined =>
  lacksChromium() ?? (existsSync(join(WEB, 'handler.js')) ? undefined : `needs the built dashboard in ${WEB}`);

export class Dashboard {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #cookie: string;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page, url: string, cookie: string) {
    this.#browser = browser;
    this.#page = page;
    this.#url = url;
    this.#cookie = cookie;
  }

  /** Signed in with a session's `Cookie` header, and live. */
  static async open(url: string, cookie: string, tools: BenchTools): Promise<Dashboard> {
    const browser = await tools.keep(launchChromium(), (started) => started.close());
    const page = await opened(browser, url, cookie);
    await page.goto(PATH);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Its questions are answered and its topics granted.
    await page.waitForLoadState('networkidle');
    return new Dashboard(browser, page, url, cookie);
  }

  /** From now on the page looks for this text in what it shows. */
  async watch(text: string): Promise<void> {
    await this.#page.evaluate(
      ([wanted, deadline]) => {
        const stood = new Promise<number>((resolve, reject) => {
          const late = setTimeout(() => reject(new Error(`The page did not show ${wanted}.`)), deadline);
          const observer = new MutationObserver(() => {
            if (document.querySelector('main')?.textContent.includes(wanted) !== true) return;
            resolve(performance.timeOrigin + performance.now());
            clearTimeout(late);
            observer.disconnect();
          });
          observer.observe(document.body, { childList: true, subtree: true, characterData: true });
        });
        Object.assign(window, { stood });
      },
      [text, DEADLINE_MS] as const,
    );
  }

  /** Moment at which the text stood in the page; milliseconds since 1970. */
  stood(): Promise<number> {
    return this.#page.evaluate(() => (window as unknown as { stood: Promise<number> }).stood);
  }

  /** Milliseconds until a page that was never loaded before showed something. */
  async firstPaint(): Promise<number> {
    // A context of its own has an empty cache.
    const page = await opened(this.#browser, this.#url, this.#cookie);
    await page.goto(FIRST_PATH);
    const painted = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            const [entry] = list.getEntriesByName('first-contentful-paint');
            if (entry !== undefined) resolve(entry.startTime);
          }).observe({ type: 'paint', buffered: true });
        }),
    );
    await page.context().close();
    return painted;
  }
}

async function opened(browser: Browser, url: string, cookie: string): Promise<Page> {
  const { page, context } = await visit(browser, url);
  await context.addCookies(cookiesFor(url, cookie));
  return page;
}
