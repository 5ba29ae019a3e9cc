import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from './chromium.ts';
import {
  type ChoosyTailgate,
  DROPPED,
  HOSTILE,
  LARGE,
  type SeededTailgate,
  startChoosyTailgate,
  startSeededTailgate,
  UNSAMPLED,
} from './seeded-tailgate.ts';

/** For a person to look at. */
const SCREENSHOTS = join('dist', 'screenshots');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let tailgate: SeededTailgate;
let browser: Browser;
let page: Page;
/** What the browser complains about: errors of scripts, refused by the content security policy, failed requests. */
let complaints: string[];

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  tailgate = await startSeededTailgate();
  browser = await chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox'] });
  page = await newPage();
});
afterAll(async () => {
  await browser?.close();
  await tailgate?.stop();
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));

async function newPage(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const opened = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
  complaints = [];
  opened.on('pageerror', (error) => complaints.push(String(error)));
  opened.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return opened;
}

async function open(path: string): Promise<void> {
  await page.goto(`${tailgate.url}${path}`);
  await page.waitForLoadState('networkidle');
}

/** Violations of accessibility rules on what is shown, each with an element. The rules come in through the debugger, past the policy. */
async function violations(): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}

const VIEWS = [
  ['traces', '/', 'table.traces tbody tr'],
  ['services', '/services', 'table tbody tr'],
  ['map', '/map', '.map .service'],
  ['policies', '/policies', 'table tbody tr'],
] as const;

describe('each view', () => {
  it.each(VIEWS)(
    '%s shows the demo, is accessible, and fits from 360 pixels to 4k, light and dark',
    async (name, path, item) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await open(path);
        await page.waitForSelector(item);
        expect(await page.locator(item).count()).toBeGreaterThan(1);
        expect(await violations()).toEqual([]);
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`) });
      }
      for (const width of [360, 3840]) {
        await page.setViewportSize({ width, height: 800 });
        await page.waitForTimeout(100);
        const tooWide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect({ width, tooWide }).toEqual({ width, tooWide: 0 });
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${width}.png`) });
      }
      await page.setViewportSize({ width: 1280, height: 860 });
    },
  );
});

describe('the search', () => {
  it('keeps its filters in the address, and goes back', async () => {
    await open('/');
    const all = await page.locator('table.traces tbody tr').count();
    await page.getByLabel('Status').selectOption('ERROR');
    await page.waitForFunction((before) => document.querySelectorAll('table.traces tbody tr').length < before, all);
    expect(page.url()).toContain('status=ERROR');
    expect(await page.locator('table.traces tbody tr:not(.is-error)').count()).toBe(0);
    const errors = await page.locator('table.traces tbody tr').count();
    await page.reload();
    await page.waitForSelector('table.traces tbody tr');
    expect(await page.locator('table.traces tbody tr').count()).toBe(errors);
    await page.goBack();
    await page.waitForFunction((before) => document.querySelectorAll('table.traces tbody tr').length === before, all);
  });

  it('narrows by attribute, and says when nothing fits', async () => {
    await open('/');
    await page.getByLabel('Attribute', { exact: true }).fill('index=10000');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('table.traces tbody tr').length === 1);
    await page.getByLabel('Remove index=10000').click();
    await page.getByLabel('At least').fill('86400000');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=No kept trace of this time fits the filters');
  });

  it('opens a trace by a click on its point', async () => {
    await open('/?service=batch&minDurationMs=5000');
    await page.waitForSelector('.plot canvas');
    const over = page.locator('.u-over');
    const box = await over.boundingBox();
    if (box === null) throw new Error('no plot');
    // It began first, so it is at the left end.
    for (let y = 2; y < box.height && !page.url().includes('/traces/'); y += 8) {
      await page.mouse.click(box.x + 3, box.y + y);
    }
    expect(page.url()).toContain(`/traces/${LARGE.traceId}`);
  });
});

describe('a trace', () => {
  it('is found from the list, and shows spans, attributes and the policy', async () => {
    await open('/?status=ERROR');
    await page.locator('table.traces tbody tr a').first().click();
    await page.waitForSelector('.row');
    expect(await violations()).toEqual([]);
    expect(await page.locator('.row.is-error').count()).toBeGreaterThan(0);
    // The first error is chosen at once.
    expect(await page.locator('.row.chosen.is-error').count()).toBe(1);
    expect(await page.locator('.details .attributes tr').count()).toBeGreaterThan(2);
    await page.screenshot({ path: join(SCREENSHOTS, 'trace-dark.png') });
    await page.getByLabel('Switch to the light theme').click();
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, 'trace-light.png') });
    await page.setViewportSize({ width: 360, height: 800 });
    await page.screenshot({ path: join(SCREENSHOTS, 'trace-360.png') });
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('of 10,000 spans has only those in sight on the page, and is walked with the keyboard', async () => {
    await open(`/traces/${LARGE.traceId}`);
    await page.waitForSelector('.row.chosen');
    expect(await page.locator('.row').count()).toBeLessThan(150);
    // The span with the error, which is the last, is in sight.
    expect(await page.locator('.row.chosen').innerText()).toContain('step 9999');
    await page.locator('.rows').focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.row.chosen').innerText()).toContain('step 0');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('.row.chosen').innerText()).toContain('step 1');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.getByLabel('Find in spans').fill('step 4321');
    await page.keyboard.press('Enter');
    expect(await page.locator('.row.chosen').innerText()).toContain('step 4321');
    expect(await violations()).toEqual([]);
    // Frames while it scrolls from end to end: none of them takes a fifth of a second.
    const longest = await page.evaluate(async () => {
      const box = document.querySelector('.rows');
      if (box === null) return Number.POSITIVE_INFINITY;
      let slowest = 0;
      let last = performance.now();
      for (let step = 0; step <= 60; step++) {
        box.scrollTop = (box.scrollHeight * step) / 60;
        await new Promise(requestAnimationFrame);
        slowest = Math.max(slowest, performance.now() - last);
        last = performance.now();
      }
      return slowest;
    });
    console.log(`longest frame while scrolling 10,000 spans: ${longest.toFixed(0)} ms`);
  });

  it('has its times above the bars, also beside a scrollbar', async () => {
    const withScrollbars = await chromium.launch({
      executablePath: chromiumPath() ?? '',
      args: ['--no-sandbox'],
      ignoreDefaultArgs: ['--hide-scrollbars'],
    });
    try {
      const opened = await withScrollbars.newPage({ viewport: { width: 1280, height: 860 } });
      await opened.goto(`${tailgate.url}/traces/${LARGE.traceId}`);
      await opened.waitForSelector('.rows .row');
      const [ofRuler, ofRow, scrollbar] = await opened.evaluate(() => {
        const right = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().right ?? 0;
        const rows = document.querySelector<HTMLElement>('.rows');
        return [right('.ruler .row-time'), right('.row .row-time'), rows && rows.offsetWidth - rows.clientWidth];
      });
      expect(scrollbar).toBeGreaterThan(0);
      expect(ofRuler).toBe(ofRow);
    } finally {
      await withScrollbars.close();
    }
  });

  it('shows an address that is none, and says that it is none', async () => {
    await page.goto(`${tailgate.url}/traces/%`);
    await page.waitForSelector('.notice.error');
    expect(await page.locator('main').textContent()).toContain('hex digits');
    // The browser logs that the API refused it.
    expect(complaints.splice(0).length).toBeGreaterThan(0);
    const answer = await page.goto(`${tailgate.url}/trace/5b8e`);
    expect(answer?.status()).toBe(404);
    expect(await page.locator('main').textContent()).toContain('There is no page /trace/5b8e');
    expect(complaints.splice(0)).toHaveLength(1);
  });

  it('runs nothing that a span says', async () => {
    await open(`/traces/${HOSTILE.traceId}`);
    await page.waitForSelector('.row');
    expect(await page.locator('h1').innerText()).toContain(HOSTILE.name);
    expect(await page.title()).toBe('Tailgate');
  });
});

describe('a trace that is not in the archive', () => {
  let choosy: ChoosyTailgate;
  beforeAll(async () => {
    choosy = await startChoosyTailgate();
  });
  afterAll(() => choosy?.stop());
  // The browser logs that the archive does not have it, each time it is asked.
  afterEach(() => expect(complaints.splice(0).filter((line) => !line.includes('404'))).toEqual([]));

  /** In light and dark, accessible, and no wider than a phone. */
  async function looksGood(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.evaluate(() => localStorage.clear());
      await page.emulateMedia({ colorScheme });
      await page.reload();
      await page.waitForSelector('article h1 .tag');
      expect(await violations()).toEqual([]);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`), fullPage: true });
    }
    await page.setViewportSize({ width: 360, height: 800 });
    await page.waitForTimeout(100);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-360.png`), fullPage: true });
    await page.setViewportSize({ width: 1280, height: 860 });
  }

  it.each([
    ['digits', UNSAMPLED],
    ['a header', `traceparent: 00-${UNSAMPLED}-00f067aa0ba902b7-01`],
    ['a UUID', UNSAMPLED.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')],
    ['an X-Ray ID', `Root=1-${UNSAMPLED.slice(0, 8)}-${UNSAMPLED.slice(8)};Sampled=1`],
  ])('is found by %s, from any view', async (_, text) => {
    await page.goto(`${choosy.url}/policies`);
    await page.getByLabel('Trace ID').fill(text);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1 .tag >> text=not sampled');
    expect(new URL(page.url()).pathname).toBe(`/traces/${UNSAMPLED}`);
  });

  it('has the vote of each policy, what came, and the spans that wait', async () => {
    await page.goto(`${choosy.url}/traces/${UNSAMPLED}`);
    await page.waitForSelector('.row');
    const words = await page.locator('article').innerText();
    expect(words).toContain('No policy keeps it, as of now.');
    expect(words).toContain(`tailgate restore ${UNSAMPLED}`);
    const rows = page.locator('section[aria-label="The vote of each policy"] tbody tr');
    expect(await rows.filter({ hasText: 'very-slow' }).innerText()).toMatch(
      /very-slow\s+no\s+it takes 12000 ms\s+keeps every trace that takes longer than 60000 ms/,
    );
    expect(await rows.count()).toBe(4);
    const arrivals = page.locator('section[aria-label="What came"] tbody tr');
    expect(await arrivals.count()).toBe(2);
    expect(await arrivals.last().innerText()).toContain('cart × 2');
    expect(await page.locator('.row').allInnerTexts()).toEqual([
      expect.stringContaining('GET /cart'),
      expect.stringContaining('SELECT carts'),
      expect.stringContaining('parse'),
    ]);
    await page.locator('.row', { hasText: 'SELECT carts' }).click();
    expect(await page.locator('.details h2').innerText()).toContain('SELECT carts');
    await looksGood('unsampled');
  });

  it('says which policy drops it', async () => {
    await page.goto(`${choosy.url}/traces/${DROPPED}`);
    await page.waitForSelector('h1 .tag >> text=dropped');
    expect(await page.locator('article').innerText()).toContain('Policy no-health drops it, as of now.');
    await looksGood('dropped');
  });

  it('says that it was never seen, and looks further back', async () => {
    await page.goto(`${choosy.url}/traces/${'9'.repeat(32)}`);
    await page.waitForSelector('h1 .tag >> text=never seen');
    await looksGood('unknown');
    await page.getByText('look for it in the last 30 days').click();
    await page.waitForLoadState('networkidle');
    expect(page.url()).toContain('from=-30d');
    expect(await page.locator('h1').innerText()).toContain('never seen');
    expect(await page.locator('.notice').innerText()).toContain('is not in the hours asked for');
  });

  it('waits, is followed, and then is shown as kept, with why, when and where', async () => {
    const traceId = '7'.repeat(32);
    await page.goto(`${choosy.url}/policies`);
    await choosy.sendFailing(traceId);
    await page.getByLabel('Trace ID').fill(traceId);
    await page.keyboard.press('Enter');
    await page.waitForSelector('h1 .tag >> text=waiting');
    expect(await page.locator('article').innerText()).toMatch(/That is in \d s\. This page follows it\./);
    expect(await page.locator('section[aria-label="The vote of each policy"]').innerText()).toContain('keeps it');
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, 'waiting-dark.png'), fullPage: true });
    // Nobody touches the page.
    await page.waitForSelector('.facts >> text=Kept by');
    expect(await page.locator('.trace-header').innerText()).toContain(
      'Policy errors keeps every trace that has a span with status ERROR.',
    );
    expect(await page.locator('.row').count()).toBe(1);
    await page.locator('summary', { hasText: 'What came, and when' }).click();
    expect(await page.locator('.objects li').innerText()).toMatch(/^in traces\/dt=.*\.jsonl\.gz$/);
    expect(await page.locator('section[aria-label="What came"] tbody tr').innerText()).toMatch(/payment\s+kept$/);
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, 'kept-dark.png'), fullPage: true });
    await page.setViewportSize({ width: 360, height: 800 });
    await page.screenshot({ path: join(SCREENSHOTS, 'kept-360.png'), fullPage: true });
    await page.setViewportSize({ width: 1280, height: 860 });
  });
});
