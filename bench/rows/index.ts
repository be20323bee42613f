import type { Family } from '../frame/row.ts';
import { event } from './event.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { listedIds } from './listed-ids.ts';
import { memory } from './memory.ts';
import { pass, reading, tls } from './pass.ts';
import { scrapedPass } from './scraped-pass.ts';
import { rendered, scraped } from './scrapes.ts';
import { start } from './start.ts';

/** Every row of the table, in its order. */
export const families: readonly Family[] = [
  pass,
  tls,
  reading,
  scrapedPass,
  memory,
  start,
  rendered,
  scraped,
  idle,
  listedIds,
  event,
  growth,
];
