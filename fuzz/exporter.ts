import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exporter } from '../src/app/exporter.ts';
import { Releases } from '../src/app/lifecycle.ts';
import { createLogger } from '../src/app/log.ts';
import { parseArgs } from '../src/cli/args.ts';
import { readConfig, readNextConfig } from '../src/cli/configuration.ts';
import { createFrontDoor } from '../src/cli/front-door.ts';
import { start } from '../src/cli/serving.ts';

/** An exporter as `serve` starts it, in this process. */
export interface Running {
  readonly exporter: Exporter;
  readonly port: number;
  /** 0 where none is configured. */
  readonly intakePort: number;
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** Starts it in a folder with this configuration, and runs its first pass; rejects as `serve` fails. */
export async function startExporter(folder: string, yaml: string): Promise<Running> {
  const file = join(folder, 'exporter.yaml');
  writeFileSync(file, yaml);
  const args = parseArgs(
    ['serve', `--storage.path=${join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'],
    {},
  );
  if ('error' in args) throw new Error(args.error);
  const loaded = readConfig(file);
  if ('problems' in loaded) throw new Error(loaded.problems.join('\n'));
  const log: string[] = [];
  const stream = { write: (line: string) => log.push(line.trimEnd()) };
  const logger = createLogger({ level: 'info', format: 'logfmt', stream });
  const releases = new Releases();
  try {
    const { flags } = args;
    const door = createFrontDoor(flags, logger);
    const { exporter, urls } = await start(loaded.config, () => readNextConfig(file), {
      door,
      flags,
      logger,
      releases,
    });
    while (exporter.notReady() !== undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    const portOf = (url: string | undefined) => (url === undefined ? 0 : Number(new URL(url).port));
    return {
      exporter,
      port: portOf(urls[0]),
      intakePort: portOf(exporter.intakeUrls[0]),
      log,
      close: () => releases.close(),
    };
  } catch (error) {
    await releases.close();
    throw error;
  }
}

/** The exposition as of now, unpacked. */
export async function scrape({ exporter }: Running): Promise<string> {
  return Buffer.concat(await exporter.scrape('text', false)).toString();
}
