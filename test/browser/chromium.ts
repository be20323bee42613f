import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';
import { programPath } from '../support/programs.ts';

let launched: Promise<Browser> | undefined;
afterAll(async () => (await launched)?.close());

/** The one browser of a test file, started when it is first asked for. */
function browser(): Promise<Browser> {
  launched ??= chromium.launch({
    executablePath: programPath('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  return launched;
}

/** A page in a browser of its own, as if nobody had used it before. */
export interface Visit {
  readonly page: Page;
  /** The URLs of everything that it asked for. */
  readonly requests: readonly string[];
  /** What it complained of in its console. */
  readonly complaints: readonly string[];
}

/** Opens a URL; the page is gone when the test ends. */
export async function visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await (await browser()).newContext(options);
  onTestFinished(() => context.close());
  // Less than a test may take, so that a wait in vain says what for.
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, requests, complaints };
}

/** Everything that axe holds against a page, by all of its rules, as `rule: element`; throws when it could not judge contrast. */
export async function faults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const results: AxeResults = await page.evaluate(
    'axe.run({ rules: Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }])) })',
  );
  if (!results.passes.some(({ id }) => id === 'color-contrast')) throw new Error('no contrast was judged');
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** How many colours can be seen of a page, and how bright it is, from 0 to 1. */
export async function look(page: Page): Promise<{ readonly colours: number; readonly brightness: number }> {
  const png = await page.screenshot();
  const blank = await (await browser()).newPage();
  try {
    return await blank.evaluate(`(async () => {
      const bytes = Uint8Array.from(atob('${png.toString('base64')}'), (character) => character.charCodeAt(0));
      const { width, height } = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(width, height).getContext('2d');
      canvas.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0);
      const { data } = canvas.getImageData(0, 0, width, height);
      const colours = new Set(new Uint32Array(data.buffer)).size;
      return { colours, brightness: data.reduce((sum, value) => sum + value, 0) / data.length / 255 };
    })()`);
  } finally {
    await blank.close();
  }
}
