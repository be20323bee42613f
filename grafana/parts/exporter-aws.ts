import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { answers, FAULTS, requests, took } from './exporter-queries.ts';
import { graph, heatmap } from './graphs.ts';
import { buckets, overTime } from './targets.ts';

/** Requests to AWS: how many, what came of them, how long they took. */
export function awsPanels(): readonly Panel[] {
  return [
    graph({
      title: 'Requests by operation',
      description: 'HTTP requests to AWS per second, retries included, all exporters together.',
      unit: 'reqps',
      width: 12,
      targets: [overTime(requests(['api', 'operation']), '{{api}} {{operation}}')],
    }),
    graph({
      title: 'Faults by kind',
      description:
        'Requests that failed, per minute, by kind of error. Zero is normal; gone and invalid are answers and not counted here.',
      unit: 'cpm',
      width: 12,
      targets: [overTime(answers(['error'], FAULTS), '{{error}}')],
    }),
    graph({
      title: 'Faults by operation',
      description:
        'Requests that failed, per minute, by account, region and operation; those without faults are left out.',
      emptyWhen: 'no request failed',
      unit: 'cpm',
      width: 12,
      targets: [
        overTime(
          `${answers(['account_id', 'region', 'operation', 'error'], FAULTS)} > 0`,
          '{{operation}} {{error}} {{account_id}} {{region}}',
        ),
      ],
    }),
    graph({
      title: 'Answers that a connection has ended',
      description:
        'Look-ups of WebSocket connections that AWS answered with gone or invalid, per minute. They are data, not faults.',
      emptyWhen: 'no request was ever sent',
      unit: 'cpm',
      width: 12,
      colours: ['gone', 'invalid'],
      targets: [overTime(answers(['error'], 'error=~"gone|invalid"'), '{{error}}')],
    }),
    heatmap({
      title: 'Duration of requests',
      description:
        'Requests to AWS by the time until their answer was read, per minute. The stronger the colour, the more.',
      unit: 's',
      width: 12,
      targets: [buckets(`60 * ${took([])}`)],
    }),
    graph({
      title: 'Slow requests',
      description:
        'The time within which 95 % of the requests of each operation were answered. Gaps are times without requests.',
      unit: 's',
      width: 12,
      targets: [overTime(`histogram_quantile(0.95, ${took(['api', 'operation'])})`, '{{api}} {{operation}}')],
    }),
  ];
}
