// A real Chromium for tests, which also keeps account of what a person would never see: errors in the console and requests
// that failed. A test ends by asking that there were none.
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM } from '../../support/parts.ts';

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Errors that the browser reported on any tab, each with where. */
  complaints: string[];
}

/** `trusted`: a plain-http address to be treated as https would be, as the lab's is by its operators' own network. */
export async function launchChromium(trusted?: string): Promise<Browser> {
  // As root Chromium needs its own sandbox off; the pages it opens here are ours.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (trusted !== undefined) args.push(`--unsafely-treat-insecure-origin-as-secure=${trusted}`);
  return await chromium.launch({ executablePath: CHROMIUM, args });
}

/** A person at a desk in Berlin, with nothing kept from earlier visits. */
export async function visit(browser: Browser, baseURL: string): Promise<Visit> {
  const context = await browser.newContext({
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    viewport: { width: 1440, height: 900 },
    // What is looked at does not move.
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that moves on drops its open requests.
    if (why !== 'net::ERR_ABORTED') complaints.push(`request: ${request.url()} ${why}`);
  });
  return { page, context, complaints };
}

/** A session's `Cookie` header as a browser keeps it. */
export function cookiesFor(url: string, header: string): { name: string; value: string; url: string }[] {
  return header.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
}
