import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard } from '../parts/dashboard.ts';
import { graph } from '../parts/graphs.ts';
import { scraped, total } from '../parts/queries.ts';
import { ageSteps, inWords, NONE_IS_GOOD, stat, timeline } from '../parts/states.ts';
import { latest, overTime } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';
import { awsPanels, faultsByKind, faultsByOperation } from './aws.ts';
import { dataPanels } from './data.ts';
import { processPanels } from './process.ts';
import { answers, greatest, minutely, SINCE_SUCCESS, TARGETS, worst } from './queries.ts';
import { sourcePanels } from './sources.ts';

function headlines(): readonly Panel[] {
  return [
    stat({
      title: 'Exporters down',
      description: 'Exporters whose last scrape failed. Zero is normal.',
      unit: 'none',
      width: 4,
      height: 3,
      steps: NONE_IS_GOOD,
      targets: [latest(total(`1 - (${scraped('up')})`), 'down')],
    }),
    stat({
      title: 'Collectors failing',
      description: 'Collectors whose last pass failed, wholly or in part. Zero is normal.',
      unit: 'none',
      width: 4,
      height: 3,
      steps: NONE_IS_GOOD,
      targets: [latest(total(`1 - ${worst('collector_success', ['collector'])}`), 'failing')],
    }),
    stat({
      title: 'Targets failing',
      description:
        'Accounts and regions, by collector, in which discovery or an endpoint failed in the last pass. Zero is normal.',
      unit: 'none',
      width: 4,
      height: 3,
      steps: NONE_IS_GOOD,
      targets: [latest(total(`1 - ${TARGETS}`), 'failing')],
    }),
    stat({
      title: 'Since the last success',
      description:
        'Time since the last pass that succeeded, of the collector that is furthest behind; one that never succeeded shows under Collectors failing. A pass comes every 30 seconds (Client VPN) and every minute (WebSocket) unless configured otherwise.',
      unit: 's',
      width: 4,
      height: 3,
      steps: ageSteps(300),
      targets: [latest(`max(${SINCE_SUCCESS})`, 'oldest')],
    }),
    stat({
      title: 'Throttled',
      description: 'Requests that AWS refused because there were too many. Hardly any is normal.',
      unit: PER_MINUTE,
      width: 4,
      height: 3,
      steps: [
        [0, 'alive'],
        [1, 'changing'],
        [10, 'fault'],
      ],
      targets: [latest(answers([], 'error="throttled"'), 'throttled')],
    }),
    stat({
      title: 'Configuration and storage',
      description:
        'Whether the configuration was taken when it was last loaded, and whether the last writes to the storage folder reached the disk. An exporter that keeps nothing on disk has no storage to tell of.',
      unit: 'none',
      width: 4,
      height: 3,
      mappings: inWords('OK', 'Failed'),
      targets: [
        latest(worst('config_last_reload_successful'), 'configuration'),
        latest(worst('storage_last_write_successful'), 'storage'),
      ],
    }),
  ];
}

function passPanels(): readonly Panel[] {
  return [
    timeline({
      title: 'Targets',
      description:
        'Whether discovery and every endpoint of an account and region succeeded in the last pass, by collector.',
      unit: 'none',
      width: 12,
      mappings: inWords('Up', 'Down'),
      targets: [overTime(TARGETS, '{{collector}} {{account_id}} {{region}}')],
    }),
    faultsByOperation(),
    graph({
      title: 'Passes',
      description:
        'Passes, all collectors together. Failed and skipped (the one before had not ended) are zero normally.',
      unit: PER_MINUTE,
      width: 12,
      colours: ['succeeded', 'failed', 'skipped'],
      targets: [
        overTime(
          total(
            `${minutely('passes_total', ['collector'])} - on (collector) ${minutely('passes_failed_total', ['collector'])}`,
          ),
          'succeeded',
        ),
        overTime(minutely('passes_failed_total'), 'failed'),
        overTime(minutely('passes_skipped_total'), 'skipped'),
      ],
    }),
    faultsByKind(),
    timeline({
      title: 'Collectors',
      description: 'Whether the last pass of a collector succeeded.',
      unit: 'none',
      width: 12,
      mappings: inWords('OK', 'Failed'),
      targets: [overTime(worst('collector_success', ['collector']), '{{collector}}')],
    }),
    graph({
      title: 'Since the last success, by collector',
      description:
        'Time since the last pass that succeeded. A low saw-tooth is normal, a climbing line is not; while the exporter is down it goes on for an hour.',
      unit: 'm',
      width: 12,
      targets: [overTime(`(${SINCE_SUCCESS}) / 60`, '{{collector}}')],
    }),
    graph({
      title: 'Duration of passes',
      description:
        'How long the last pass of each collector took. It should stay below the time between passes, or passes are skipped.',
      unit: 's',
      width: 12,
      targets: [overTime(greatest('collector_duration_seconds', ['collector']), '{{collector}}')],
    }),
    timeline({
      title: 'Schedules',
      description:
        'Whether a pass of a collector began within two intervals of its schedule; one that takes longer than that holds up the next.',
      unit: 'none',
      width: 12,
      mappings: inWords('In time', 'Overdue'),
      targets: [overTime(`1 - ${greatest('collector_overdue', ['collector'])}`, '{{collector}}')],
    }),
  ];
}

/** The exporter itself. */
export function exporter(): Dashboard {
  return dashboard({
    uid: 'aws-connections-exporter',
    title: 'AWS connections exporter',
    description:
      'Whether the exporter does its work: passes, requests to AWS, what was left out, the process.',
    tag: 'exporter',
    choices: {
      metric: 'aws_connections_exporter_build_info',
      accountMetric: 'aws_connections_exporter_target_up',
    },
    sections: [
      { panels: headlines() },
      { title: 'Passes and faults', panels: passPanels() },
      { title: 'Requests to AWS', panels: awsPanels() },
      { title: 'Data', panels: dataPanels() },
      { title: 'Sources of connection ids', panels: sourcePanels() },
      { title: 'Process and scrapes', panels: processPanels() },
    ],
  });
}
