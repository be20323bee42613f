import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { graph } from '../parts/graphs.ts';
import { overTime } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';
import { minutely } from './queries.ts';

/** What the exporter took in, and what it left out. */
export function dataPanels(): readonly Panel[] {
  return [
    graph({
      title: 'Values rejected',
      description:
        'Values from AWS that could not be read, by field. Zero is normal; the rest of each record counts.',
      unit: PER_MINUTE,
      width: 12,
      many: true,
      faults: true,
      targets: [
        overTime(minutely('records_rejected_total', ['collector', 'field']), '{{collector}} {{field}}'),
      ],
    }),
    graph({
      title: 'Series left out',
      description:
        'Series left out because of a cap (one for each series and pass), by reason: series_limit is limits.series, which leaves whole families out, the others are caps of one collector. Zero is normal where the caps are high enough.',
      emptyWhen: '`client_vpn.enabled` is off',
      unit: PER_MINUTE,
      width: 12,
      many: true,
      faults: true,
      targets: [
        overTime(minutely('series_dropped_total', ['collector', 'reason']), '{{collector}} {{reason}}'),
      ],
    }),
    graph({
      title: 'Events taken in',
      description:
        'Requests to the intake of WebSocket events, by what became of them. Accepted is normal; unauthorized, unreadable and unroutable tell of wrong wiring, over_capacity of a registry that is full, refused of a rate limit, a crowd of passwords or a broken web configuration.',
      emptyWhen: '`intake.enabled` is off',
      unit: PER_MINUTE,
      width: 12,
      many: true,
      targets: [overTime(minutely('intake_events_total', ['event', 'result']), '{{event}} {{result}}')],
    }),
    graph({
      title: 'Families, files and log lines lost',
      description:
        'Metric families that could not be rendered, files in the storage folder that could not be read and were moved out of the way, and log lines dropped because nobody read them. Zero is normal.',
      emptyWhen: 'none of it ever happened and nothing is kept on disk',
      unit: PER_MINUTE,
      width: 12,
      many: true,
      faults: true,
      targets: [
        overTime(minutely('family_errors_total', ['family']), 'family {{family}}'),
        overTime(minutely('storage_files_set_aside_total'), 'files set aside'),
        overTime(minutely('log_lines_dropped_total'), 'log lines dropped'),
      ],
    }),
  ];
}
