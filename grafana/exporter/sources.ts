import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { graph } from '../parts/graphs.ts';
import { since } from '../parts/queries.ts';
import { inWords, timeline } from '../parts/states.ts';
import { overTime } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';
import { greatest, minutely, worst } from './queries.ts';

const SOURCE = ['source', 'name'] as const;
const NAMED = '{{source}} {{name}}';
const NONE = 'no source of connection ids is read: all events come to the intake';

/** How access logs, queues, tables and files are read that tell of WebSocket connections. */
export function sourcePanels(): readonly Panel[] {
  return [
    timeline({
      title: 'Sources',
      description:
        'Whether the last reading of each access log, queue, table and file of connection ids succeeded.',
      emptyWhen: NONE,
      unit: 'none',
      width: 12,
      mappings: inWords('Read', 'Not read'),
      targets: [overTime(worst('event_source_up', SOURCE), NAMED)],
    }),
    graph({
      title: 'Events read',
      description:
        'Rows of access logs and messages of queues, by what became of them. Accepted is normal, and so are duplicates: the last minutes of an access log are read again each time.',
      emptyWhen: 'no source is an access log or a queue',
      unit: PER_MINUTE,
      width: 12,
      many: true,
      targets: [
        overTime(
          minutely('event_source_events_total', ['source', 'event', 'result']),
          '{{source}} {{event}} {{result}}',
        ),
      ],
    }),
    graph({
      title: 'Delay of sources',
      description:
        'Age of the newest event of each source when it was read; of a table or file, how long its last whole reading took. Some 20 seconds and the time between two readings are normal for an access log.',
      emptyWhen: NONE,
      unit: 's',
      width: 12,
      many: true,
      targets: [overTime(greatest('event_source_delay_seconds', SOURCE), NAMED)],
    }),
    graph({
      title: 'Since sources were read',
      description: 'Time since each source was last read; a low saw-tooth is normal, a climbing line is not.',
      emptyWhen: NONE,
      unit: 'm',
      width: 12,
      many: true,
      targets: [
        overTime(`(${since(worst('event_source_last_read_timestamp_seconds', SOURCE))}) / 60`, NAMED),
      ],
    }),
  ];
}
