import { Calls } from '../aws/calls.ts';
import { createAws } from '../aws/clients.ts';
import { domains } from '../collectors/index.ts';
import { systemClock } from '../core/clock.ts';
import { createLogger } from '../log.ts';
import { resolveTargets, toAwsOptions } from '../targets.ts';
import type { Args } from './args.ts';
import { readConfigOrExplain } from './configuration.ts';
import type { Flags } from './flags.ts';
import { createProgress } from './progress.ts';
import { untilSignal } from './signals.ts';
import { formatCsv, formatTable } from './table.ts';

const { list, liveFirst, columns } = domains.client_vpn;
type Listed = Awaited<ReturnType<typeof list>>;
type Row = Listed['rows'][number];

/** The Client VPN connections as AWS lists them now. */
export async function connections({ flags }: Args): Promise<number> {
  const config = readConfigOrExplain(flags['config.file']);
  if (!config) return 1;
  const clock = systemClock;
  const logger = createLogger({ level: flags['log.level'], format: flags['log.format'] });
  const requestsPerSecond = config.client_vpn.requests_per_second;
  const aws = createAws(toAwsOptions(config), { clock, calls: new Calls(clock), requestsPerSecond });
  const stop = new AbortController();
  const { stopped, release } = untilSignal();
  void stopped.then(() => stop.abort(new Error('interrupted')));
  const progress = createProgress(logger, clock);
  const wanted = { endpoints: flags.endpoint, statuses: flags.status, user: flags.user };
  try {
    const targets = await resolveTargets(config);
    const setting = { config: config.client_vpn, aws };
    const lists = await Promise.all(
      targets.map((target) => list(setting, target, wanted, progress.onPage, stop.signal)),
    );
    progress.done();
    process.stdout.write(format(lists.flatMap(({ rows }) => rows).sort(liveFirst), flags.output));
    const failures = [...lists.flatMap((list) => list.failures), ...nowhere(flags.endpoint, lists)];
    for (const failure of failures) logger.error('Connections could not be listed', { reason: failure });
    return failures.length === 0 ? 0 : 1;
  } catch (err) {
    logger.error('Connections could not be listed', { err });
    return 1;
  } finally {
    progress.done();
    release();
    aws.close();
  }
}

function nowhere(wanted: readonly string[], lists: readonly Listed[]): readonly string[] {
  const found = new Set(lists.flatMap(({ endpoints }) => endpoints));
  return wanted
    .filter((id) => !found.has(id))
    .map((id) => `${id}: no target that could be asked has it; check the id, the account and the region`);
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
