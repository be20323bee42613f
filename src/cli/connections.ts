import { openAws, resolveTargets } from '../app/aws.ts';
import { createLogger } from '../app/log.ts';
import { Calls } from '../aws/calls.ts';
import { domains } from '../collectors/index.ts';
import { systemClock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import { nearest } from '../fields/nearest.ts';
import type { Args } from './args.ts';
import { readConfigOrExplain } from './configuration.ts';
import type { Flags } from './flags.ts';
import { print } from './output.ts';
import { createProgress } from './progress.ts';
import { abortAfter, abortOnSignal } from './signals.ts';
import { formatCsv, formatTable } from './table.ts';

const { list, limits, columns, statuses } = domains.client_vpn;
type Row = Awaited<ReturnType<typeof list>>['rows'][number];

/** The Client VPN connections as AWS lists them now. */
export async function connections({ flags }: Args): Promise<number> {
  const config = readConfigOrExplain(flags['config.file']);
  if (!config) return 1;
  const clock = systemClock;
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  const aws = openAws(config, { clock, calls: new Calls(clock), logger });
  const { signal, release } = abortOnSignal();
  const progress = createProgress(logger, clock);
  const wanted = { endpoints: flags.endpoint, statuses: flags.status, user: flags.user };
  try {
    const limited = aws.ofSection('client_vpn', limits(config.client_vpn));
    const deps = { config: config.client_vpn, aws: limited, clock, onProgress: progress.onPage };
    const inTime = abortAfter(clock, signal, config.client_vpn.timeout, 'client_vpn.timeout');
    const { rows, failures, missing } = await list(deps, await resolveTargets(config), wanted, inTime);
    progress.done();
    if (signal.aborted) {
      await print(format(rows, flags.output));
      logger.error(`The listing was ${toSentence(signal.reason)}: there may be more connections`);
      return 1;
    }
    // AWS may add a status: only one that neither is known nor was listed is a slip of the keyboard.
    const unknown = missing.statuses.filter((status) => !statuses.includes(status));
    if (failures.length === 0 && unknown.length > 0) {
      for (const status of unknown) process.stderr.write(`aws-connections-exporter: ${strange(status)}\n`);
      return 2;
    }
    await print(format(rows, flags.output));
    if (failures.length === 0 && missing.user)
      logger.warn(
        'No connection that AWS lists is of this --user; names are compared whole, and case counts',
      );
    for (const reason of failures) logger.error('Connections could not be listed', { reason });
    return failures.length === 0 ? 0 : 1;
  } catch (err) {
    progress.done();
    logger.error('Connections could not be listed', { err });
    return 1;
  } finally {
    release();
    aws.close();
  }
}

function strange(status: string): string {
  const meant = nearest(status, statuses);
  return `--status=${status}: no connection has this status, did you mean ${meant}? Known are ${statuses.join(', ')}`;
}

function format(rows: readonly Row[], output: Flags['output']): string {
  if (output === 'json') return `${JSON.stringify(rows, null, 2)}\n`;
  if (output === 'csv')
    return formatCsv(
      columns,
      rows.map((row) => columns.map((column) => cell(row[column], ''))),
    );
  const header = TABLE_HEADER.map(([title]) => title);
  const cells = rows.map((row) => TABLE_HEADER.map(([, column]) => cell(row[column], '-')));
  return formatTable(header, cells, RIGHT);
}

/** What a terminal has room for; --output=json and csv have every column. */
const TABLE_HEADER: readonly (readonly [title: string, column: keyof Row])[] = [
  ['REGION', 'region'],
  ['ENDPOINT', 'endpoint_id'],
  ['CONNECTION', 'connection_id'],
  ['STATUS', 'status'],
  ['USERNAME', 'username'],
  ['COMMON NAME', 'common_name'],
  ['CLIENT IP', 'client_ip'],
  ['ESTABLISHED', 'established_at'],
  ['ENDED', 'ended_at'],
  ['INGRESS BYTES', 'ingress_bytes'],
  ['EGRESS BYTES', 'egress_bytes'],
  ['INGRESS PACKETS', 'ingress_packets'],
  ['EGRESS PACKETS', 'egress_packets'],
];
const RIGHT = [9, 10, 11, 12];

function cell(value: Row[keyof Row], none: string): string {
  const text = typeof value === 'object' && value !== null ? value.join(' ') : value;
  return text || none;
}
