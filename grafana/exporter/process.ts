import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { graph } from '../parts/graphs.ts';
import { ofExporter, ofProcess, rate, scraped, since } from '../parts/queries.ts';
import { inWords, timeline } from '../parts/states.ts';
import { table } from '../parts/tables.ts';
import { overTime, rows } from '../parts/targets.ts';

const INSTANCE = ['job', 'instance'];

/** One value of each exporter, by these further labels. */
const each = (expr: string, ...labels: readonly string[]): string =>
  `max by (${[...INSTANCE, ...labels].join(', ')}) (${ofProcess(expr)})`;

const STARTED = each(ofExporter('process_start_time_seconds'));

function builds(): Panel {
  const build = ['version', 'revision', 'node_version'];
  const reloaded = ofExporter('aws_connections_exporter_config_last_reload_success_timestamp_seconds');
  return table({
    title: 'Builds',
    description:
      'What runs, since when, and when its configuration was loaded. Several versions at once are normal only during an update.',
    width: 24,
    height: 5,
    targets: [
      rows(each(ofExporter('aws_connections_exporter_build_info'), ...build)),
      rows(`${STARTED} * 1000`),
      rows(`${each(reloaded)} * 1000`),
    ],
    columns: [
      { field: 'instance', title: 'Instance' },
      { field: 'version', title: 'Version', width: 120 },
      { field: 'Value #B', title: 'Started', unit: 'dateTimeFromNow' },
      { field: 'Value #C', title: 'Configuration loaded', unit: 'dateTimeFromNow' },
      { field: 'revision', title: 'Revision' },
      { field: 'node_version', title: 'Node.js' },
      { field: 'job', title: 'Job' },
    ],
    hidden: ['Value #A'],
  });
}

function byInstance(
  title: string,
  description: string,
  unit: string,
  ...series: readonly (readonly [expr: string, legend: string])[]
): Panel {
  return graph({
    title,
    description,
    unit,
    width: 12,
    targets: series.map(([expr, legend]) => overTime(expr, `{{instance}}${legend}`)),
  });
}

/** The processes of the exporter, and what Prometheus says of scraping them. */
export function processPanels(): readonly Panel[] {
  const process = (name: string) => each(ofExporter(name));
  return [
    builds(),
    timeline({
      title: 'Scrapes',
      description:
        'Whether Prometheus could scrape the exporter. A line ends where its target does, at a restart for instance.',
      unit: 'none',
      width: 24,
      height: 4,
      mappings: inWords('Up', 'Down'),
      targets: [overTime(scraped('up'), '{{instance}}')],
    }),
    byInstance(
      'Uptime',
      'Hours since the start of the process. A saw-tooth tells of restarts: the ledger survives them, and so do the counters of connections.',
      'h',
      [`(${since(STARTED)}) / 3600`, ''],
    ),
    byInstance(
      'Duration of scrapes',
      'How long Prometheus took to scrape the exporter. A few hundredths of a second are normal.',
      's',
      [scraped('scrape_duration_seconds'), ''],
    ),
    byInstance(
      'Series',
      'Samples in each scrape. It grows with endpoints, and with users and connections where their series are on.',
      'none',
      [scraped('scrape_samples_scraped'), ''],
    ),
    byInstance(
      'Memory',
      'Memory that the process holds, and the heap in use. A saw-tooth is normal, growth over days is not.',
      'bytes',
      [process('process_resident_memory_bytes'), ' resident'],
      [process('nodejs_heap_size_used_bytes'), ' heap used'],
    ),
    byInstance('CPU', 'Share of one core in use.', 'percentunit', [
      each(rate(ofExporter('process_cpu_seconds_total'))),
      '',
    ]),
    byInstance(
      'Event loop lag',
      'How late the process gets to what is due, as of the last scrape: 99th percentile, and the longest. Below a tenth of a second is normal.',
      's',
      [process('nodejs_eventloop_lag_p99_seconds'), ' p99'],
      [process('nodejs_eventloop_lag_max_seconds'), ' longest'],
    ),
    byInstance('Garbage collection', 'Share of time spent collecting garbage, by kind.', 'percentunit', [
      each(rate(ofExporter('nodejs_gc_duration_seconds_sum')), 'kind'),
      ' {{kind}}',
    ]),
    graph({
      title: 'File descriptors',
      description: 'Files and sockets that the process has open, as a share of those that it may have.',
      emptyWhen: 'the exporter does not run on Linux',
      unit: 'percentunit',
      width: 12,
      targets: [
        overTime(
          `${process('process_open_fds')} / on (job, instance) ${process('process_max_fds')}`,
          '{{instance}}',
        ),
      ],
    }),
  ];
}
