import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Coloured, colourOf, inColour } from '../parts/colours.ts';
import { graph, heatmap } from '../parts/graphs.ts';
import { buckets, overTime } from '../parts/targets.ts';
import { PER_MINUTE } from '../parts/units.ts';
import { answers, CREDENTIALS_LEFT, clockSkew, FAULTS, requests, took } from './queries.ts';

/** What can go wrong with a request. */
const KINDS: readonly Coloured[] = ['denied', 'unavailable', 'timeout', 'throttled', 'not_found', 'other'];

const frame = { unit: PER_MINUTE, width: 12, many: true, faults: true } as const;

/** Requests that failed, by their place. */
export function faultsByOperation(): Panel {
  return graph({
    title: 'Faults by operation',
    description:
      'Requests that failed, by account, region and operation, in the colour of their kind; those without faults are left out.',
    emptyWhen: 'no request failed',
    ...frame,
    overrides: Object.fromEntries(KINDS.map((kind) => [`/ ${kind} /`, [inColour(colourOf(kind))]])),
    targets: [
      overTime(
        `${answers(['account_id', 'region', 'operation', 'error'], FAULTS)} > 0`,
        '{{operation}} {{error}} {{account_id}} {{region}}',
      ),
    ],
  });
}

/** Requests that failed, by what went wrong. */
export function faultsByKind(): Panel {
  return graph({
    title: 'Faults by kind',
    description:
      'Requests that failed, by kind of error. Zero is normal; gone and invalid are answers and not counted here.',
    ...frame,
    colours: KINDS,
    targets: [overTime(answers(['error'], FAULTS), '{{error}}')],
  });
}

/** Requests to AWS: how many, and how long they took. */
export function awsPanels(): readonly Panel[] {
  return [
    graph({
      title: 'Requests by operation',
      description: 'HTTP requests to AWS per second, retries included, all exporters together.',
      unit: 'reqps',
      width: 12,
      many: true,
      targets: [overTime(requests(['api', 'operation']), '{{api}} {{operation}}')],
    }),
    graph({
      title: 'Slow requests',
      description:
        'The time within which 95 % of the requests of each operation were answered. Gaps are times without requests.',
      unit: 's',
      width: 12,
      many: true,
      targets: [
        // Without requests the quantile is not a number, and no comparison holds for that.
        overTime(`histogram_quantile(0.95, ${took(['api', 'operation'])}) >= 0`, '{{api}} {{operation}}'),
      ],
    }),
    heatmap({
      title: 'Duration of requests',
      description:
        'Requests to AWS by the time until their answer was read, per minute; the scale below says how many each colour stands for.',
      unit: 's',
      width: 12,
      targets: [buckets(`60 * ${took([])}`)],
    }),
    graph({
      title: 'Answers that a connection has ended',
      description:
        'Look-ups of WebSocket connections that AWS answered with gone or invalid. They are data, not faults.',
      emptyWhen: 'no request was ever sent',
      unit: PER_MINUTE,
      width: 12,
      colours: ['gone', 'invalid'],
      targets: [overTime(answers(['error'], 'error=~"gone|invalid"'), '{{error}}')],
    }),
    graph({
      title: 'Credentials left',
      description:
        'Time until the AWS credentials at hand expire, by target; the least of all exporters. They are renewed before: a saw-tooth above zero is normal, a line that falls below zero is not.',
      emptyWhen: 'the credentials never expire, as access keys do not',
      unit: 'm',
      from: 'anywhere',
      width: 12,
      many: true,
      targets: [overTime(`(${CREDENTIALS_LEFT}) / 60`, '{{target}}')],
    }),
    graph({
      title: "Clock of AWS ahead of the exporter's",
      description:
        'How far the clock of AWS is ahead of that of each exporter, give or take a second. AWS refuses requests that are five minutes off.',
      emptyWhen: 'AWS has not answered yet',
      unit: 's',
      from: 'anywhere',
      width: 12,
      targets: [overTime(clockSkew(['job', 'instance']), '{{instance}}')],
    }),
  ];
}
