import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { broken, well } from '../support/status-models.ts';
import { visit } from './chromium.ts';
import { served } from './served.ts';

const test = needs('chromium');

/** What has the focus: its place among all that can have it, and whether a ring around it can be seen. */
const FOCUSED = `(() => {
  const all = [...document.querySelectorAll('a[href], [tabindex="0"]')];
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const { top, bottom, left, right } = document.activeElement.getBoundingClientRect();
  const isInside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  return [all.indexOf(document.activeElement), isInside && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2];
})()`;

/** Presses Tab until the focus leaves the page; what had it on the way. */
async function tabThrough(page: Page): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(FOCUSED);
    if (Array.isArray(focused) && focused[0] === -1) return seen;
    seen.push(focused);
  }
}

for (const [state, model] of Object.entries({ 'all well': well, broken }))
  for (const path of ['', 'dashboards/', 'runbooks/', 'runbooks/ClientVpnFailedToTerminate'])
    test(`/${path}, ${state}: Tab reaches every link and every part that scrolls, in order, and shows where it is`, async () => {
      const { page } = await visit(`${await served(model)}${path}`, {
        viewport: { width: 800, height: 600 },
      });
      const links = await page.locator('a[href], .scroll').count();
      expect(links).toBeGreaterThan(3);
      expect(await tabThrough(page)).toEqual(Array.from({ length: links }, (_, index) => [index, true]));
    });

test('the first stop skips to the content', async () => {
  const { page } = await visit(await served(broken));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('#client-vpn-1-1');
});

test('a problem at the top leads to the row that has it', async () => {
  const { page } = await visit(await served(broken));
  await page.locator('a[href="#client-vpn-1-7"]').click();
  const row = page.locator('tr:target');
  expect(await row.textContent()).toContain('up, data stale');
  const box = await row.boundingBox();
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect(box?.y).toBeLessThan(700);
});

test('below a path of a proxy every link leads to something', async () => {
  const url = await served(well, '/exporter/vpn');
  const { page } = await visit(url);
  const hrefs: string[] = await page.evaluate(
    '[...document.querySelectorAll("nav a")].map(({ href }) => href)',
  );
  expect(hrefs).toHaveLength(7);
  for (const href of hrefs) {
    expect(href).toContain(url);
    expect([href, (await fetch(href)).status]).toEqual([href, 200]);
  }
  await page.getByRole('link', { name: 'Dashboards' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'client-vpn.json' }).click(),
  ]);
  expect([download.url(), download.suggestedFilename()]).toEqual([
    `${url}dashboards/client-vpn.json`,
    'client-vpn.json',
  ]);
  await page.goto(`${url}dashboards`);
  expect(page.url()).toBe(`${url}dashboards/`);
  await page.getByRole('link', { name: 'Status' }).click();
  expect(page.url()).toBe(url);
});
