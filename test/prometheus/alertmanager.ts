import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { launch } from '../program/program.ts';
import { freePort } from '../support/free-port.ts';
import { programPath } from '../support/programs.ts';

/** What Alertmanager sends to a webhook. */
export interface Notification {
  readonly status: 'firing' | 'resolved';
  readonly receiver: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

interface Config {
  readonly receivers: readonly { readonly name: string }[];
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const example = readFileSync(
  fileURLToPath(new URL('../../config/alertmanager/alertmanager.yml', import.meta.url)),
  'utf8',
);

/**
 * Starts an Alertmanager with the example, in which time goes so many times faster and each receiver is a webhook of its
 * name; the address that it listens on.
 */
export async function startAlertmanager(
  folder: string,
  webhook: string,
  timesFaster: number,
): Promise<string> {
  const hurried = example.replace(
    /(group_wait|group_interval|repeat_interval): (\d+)([smhd])$/gm,
    (_, key, number, unit) =>
      `${key}: ${Math.ceil((Number(number) * (UNITS_MS[unit] ?? Number.NaN)) / timesFaster)}ms`,
  );
  const config = parse(hurried) as Config;
  const receivers = config.receivers.map(({ name }) => ({ name, webhook_configs: [{ url: webhook }] }));
  const file = join(folder, 'alertmanager.yml');
  writeFileSync(file, stringify({ ...config, receivers }));
  const address = `127.0.0.1:${await freePort()}`;
  launch(programPath('alertmanager'), [
    `--config.file=${file}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ]);
  return address;
}
