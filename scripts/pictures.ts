import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';

const FOLDER = 'docs/images';
const PATIENCE_MS = 60_000;
const PASSES = 4;
/** Who clones the repository gets every version of every picture. */
const LARGEST_BYTES = 300_000;
const DESKTOP = { viewport: { width: 1280, height: 720 }, deviceScaleFactor: 1 };
const PICTURES: Readonly<Record<string, BrowserContextOptions>> = {
  'status-page-light': { ...DESKTOP, colorScheme: 'light' },
  'status-page-dark': { ...DESKTOP, colorScheme: 'dark' },
  'status-page-phone': {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    colorScheme: 'light',
  },
};

await main();

/** Takes the pictures of the documents from a running demo; a picture that cannot be taken ends it with an error. */
async function main(): Promise<void> {
  const executablePath = chromiumPath();
  const demo = spawn(process.execPath, ['dist/main.js', 'demo', '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const url = await urlOf(demo);
    await allWell(url);
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      await mkdir(FOLDER, { recursive: true });
      for (const [name, options] of Object.entries(PICTURES)) await take(browser, url, name, options);
    } finally {
      await browser.close();
    }
  } finally {
    await stop(demo);
  }
}

async function take(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions,
): Promise<void> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(url);
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, fullPage: options.isMobile !== true });
  await context.close();
  const { size } = await stat(path);
  console.log(`${path}: ${Math.ceil(size / 1000)} kB`);
  if (size > LARGEST_BYTES) throw new Error(`${path} is larger than ${LARGEST_BYTES / 1000} kB`);
}

/** Where the status page is, as the demo says. */
async function urlOf(demo: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of demo.stdout ?? []) {
    said += chunk;
    const url = /status page\s+(http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the demo ended before it said where its status page is:\n${said}`);
}

/** Resolves when every collector has ended several passes, all that came before the demo is taken in, and nothing is wrong. */
async function allWell(url: string): Promise<void> {
  const get = async (path: string) => (await fetch(new URL(path, url))).text();
  const deadline = performance.now() + PATIENCE_MS;
  let title: string | undefined;
  do {
    title = /<title>(.*?)<\/title>/.exec(await get('/'))?.[1];
    const passes = [...(await get('/metrics')).matchAll(/_passes_total\{.*\} (\d+)/g)];
    if (title?.startsWith('All up') && passes.every(([, count]) => Number(count) >= PASSES)) return;
    await sleep(200);
  } while (performance.now() < deadline);
  throw new Error(`after ${PATIENCE_MS / 1000} s the demo still says: ${title}`);
}

async function stop(demo: ChildProcess): Promise<void> {
  if (demo.exitCode !== null || demo.signalCode !== null) return;
  const ended = once(demo, 'exit');
  demo.kill('SIGINT');
  await ended;
}

/** The browser that CHROMIUM names, else the first of the usual names in PATH. */
function chromiumPath(): string {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = paths.find(isExecutable);
  if (found === undefined)
    throw new Error(`no browser was found: install one of ${names.join(', ')}, or name one in CHROMIUM`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
