import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { broken, HOSTILE_NAMES, idle, starting, well } from '../support/status-models.ts';
import { faults, look, visit } from './chromium.ts';
import { served } from './served.ts';

const test = needs('chromium');

const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 800 };
const STATES = { 'all well': well, broken, 'before the first pass': starting, 'nothing enabled': idle };
const PAGES = ['dashboards/', 'runbooks/ClientVpnFailedToTerminate', 'docs/alerts'];
const SCHEMES = ['light', 'dark'] as const;

/** How far the page can be scrolled sideways, in pixels. */
const SIDEWAYS = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

for (const [state, model] of Object.entries(STATES))
  for (const path of ['', ...(state === 'all well' ? PAGES : [])])
    for (const colorScheme of SCHEMES)
      test(`/${path}, ${state}, ${colorScheme}: fits phone and desktop, axe finds nothing, it loads nothing but itself`, async () => {
        const url = `${await served(model)}${path}`;
        for (const viewport of [PHONE, DESKTOP]) {
          const { page, requests, complaints } = await visit(url, { viewport, colorScheme });
          expect(await page.evaluate(SIDEWAYS)).toBe(0);
          const { colours, brightness } = await look(page);
          expect(colours).toBeGreaterThan(20);
          if (colorScheme === 'dark') expect(brightness).toBeLessThan(0.45);
          else expect(brightness).toBeGreaterThan(0.85);
          expect(await faults(page)).toEqual([]);
          expect(requests).toEqual([url]);
          expect(complaints).toEqual([]);
        }
      });

test('hostile names are text, whole, and turn nothing around them', async () => {
  const { page } = await visit(await served(broken));
  expect(await page.title()).toMatch(/^\d+ problems – /);
  expect(await page.locator('script, img, [onmouseover]').count()).toBe(0);
  for (const [index, name] of HOSTILE_NAMES.entries())
    expect(await page.locator(`#client-vpn-1-${index + 1} .name`).textContent()).toBe(name);
  // What turns the direction of text and is not closed ends with the name: what comes after it stands after it.
  const heading = page.locator('#client-vpn-1');
  expect(await heading.locator('bdi').textContent()).toBe(HOSTILE_NAMES[0]);
  const [name, place] = await Promise.all(
    ['bdi', '.muted'].map((part) => heading.locator(part).boundingBox()),
  );
  expect(place?.x).toBeGreaterThan(name?.x ?? Number.POSITIVE_INFINITY);
});

test('it reads the same without JavaScript', async () => {
  const url = await served(well);
  const [without, withScripts] = await Promise.all(
    [false, true].map(async (javaScriptEnabled) => {
      const { page } = await visit(url, { javaScriptEnabled });
      return page.locator('body').innerText();
    }),
  );
  expect(without).toContain('about 142\n128 to 156 at 95 %');
  expect(without).toBe(withScripts);
});

test('a script that got into the page would not run, nor a style or picture load', async () => {
  const url = await served(well);
  const inject = `(() => {
    const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
    add('script', { textContent: 'document.body.dataset.ran = "yes"' });
    add('style', { textContent: 'h1 { display: none }' });
    add('img', { src: './picture.png' });
    return [document.body.dataset.ran, getComputedStyle(document.querySelector('h1')).display];
  })()`;
  const { page } = await visit(url);
  const [refused, seen] = await Promise.all([page.waitForEvent('requestfailed'), page.evaluate(inject)]);
  expect(seen).toEqual([undefined, 'block']);
  expect([refused.url(), refused.failure()?.errorText]).toEqual([`${url}picture.png`, 'csp']);
  const unguarded = await visit(url, { bypassCSP: true });
  expect(await unguarded.page.evaluate(inject)).toEqual(['yes', 'none']);
});

test('on a phone the rows are still a table to who cannot see it', async () => {
  const { page } = await visit(await served(well), { viewport: PHONE });
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  const namesOf = (role: string) =>
    nodes.filter((node) => node.role?.value === role && !node.ignored).map(({ name }) => name?.value);
  expect(namesOf('table')).toHaveLength(2);
  expect(namesOf('row')).toHaveLength(2 + 3);
  expect(namesOf('rowheader')[0]).toBe('office cvpn-endpoint-123456789123abcde');
  const heads = [
    'Endpoint',
    'State',
    'Last success',
    'active',
    'failed-to-terminate',
    'terminating',
    'terminated',
  ];
  expect(namesOf('columnheader').slice(0, heads.length)).toEqual(heads);
  const cells = ['up', '12 s ago', '1,204', '0', '2', '318'];
  expect(namesOf('cell').slice(0, cells.length)).toEqual(cells);
  expect(await page.locator('td').first().isVisible()).toBe(true);
});

test('headings and landmarks tell the page in order', async () => {
  const { page } = await visit(await served(broken));
  const levels = await page.getByRole('heading').evaluateAll((all) => all.map(({ tagName }) => tagName));
  expect(levels).toEqual(['H1', 'H2', 'H2', 'H3', 'H3', 'H3', 'H2', 'H3']);
  for (const role of ['banner', 'navigation', 'main'] as const)
    expect(await page.getByRole(role).count()).toBe(1);
  const regions = await page.getByRole('region').all();
  expect(await Promise.all(regions.map((region) => region.ariaSnapshot().then(firstLine)))).toEqual([
    expect.stringMatching(/^- region "8 of 11 endpoints, .* have problems"/),
    '- region "Client VPN":',
    expect.stringContaining('- region "Client VPN '),
    '- region "Client VPN Found in no target":',
    '- region "WebSocket":',
    '- region "WebSocket network, account 111122223333, region eu-west-1":',
  ]);
});

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
