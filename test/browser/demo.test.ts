import { expect } from 'vitest';
import { listening } from '../program/lab.ts';
import { eventually, start } from '../program/program.ts';
import { needs } from '../support/programs.ts';
import { faults, visit } from './chromium.ts';

const test = needs('chromium');

test('the page of a running demo says that all is well, estimates with their intervals, and has every dashboard', async () => {
  const demo = await listening(start(['demo', '--web.listen-address=127.0.0.1:0']));
  await eventually(async () => {
    const { text } = await demo.get('/');
    expect(text).toContain('<title>All up – ');
    expect(text).toMatch(/about [\d,]+ <small>[\d,]+ to [\d,]+ at 95 %/);
  });
  const { page, requests, complaints } = await visit(`${demo.url}/`);
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'Everything is up',
    'Client VPN',
    'WebSocket',
    'Site-to-Site VPN',
  ]);
  expect(await page.getByRole('rowheader').count()).toBe(8);
  expect(await faults(page)).toEqual([]);
  expect([requests, complaints]).toEqual([[`${demo.url}/`], []]);

  await page.getByRole('link', { name: 'Dashboards' }).click();
  expect(await faults(page)).toEqual([]);
  const hrefs: string[] = await page.evaluate(
    '[...document.querySelectorAll("main a")].map(({ href }) => href)',
  );
  expect(hrefs.map((href) => href.replace(/^.*\//, ''))).toContain('client-vpn-overview.json');
  for (const href of hrefs) {
    const dashboard = await (await fetch(href)).json();
    expect(dashboard).toMatchObject({ uid: expect.stringMatching(/^aws-/), panels: expect.anything() });
  }
});
