import { each, type Properties } from './properties.ts';

const KEY = 'account_id, region, endpoint_id';
const RATE =
  /(?:rate|changes)\((?:aws_(client_vpn|websocket|site_to_site_vpn)_)?\w+\{[^}]*\}\[(?:\$__rate_interval|1h)\]\)/g;

/** What every query owes to whoever looks at it in trouble. */
export const QUERIES: Properties = {
  'names outlive the gauges': (dashboard) =>
    each(dashboard, 'all', function* ({ targets }) {
      for (const { expr, legendFormat } of targets) {
        if (legendFormat.includes('{{endpoint_id}}')) yield 'an id where a name belongs';
        // A source is told by its own name, not by that of an endpoint.
        const isNamed = /last_over_time\(aws_\w+_info\{|_event_source_\w+\{/.test(expr);
        if (/\{\{name\}\}/.test(legendFormat) && !isNamed) yield `a name that vanishes: ${expr}`;
      }
    }),
  'ages outlive the exporter': (dashboard) =>
    each(dashboard, 'all', function* ({ targets }) {
      for (const { expr } of targets) {
        const [metric] = /\w+_last_success_timestamp_seconds/.exec(expr) ?? [];
        if (metric !== undefined && !expr.includes(`last_over_time(${metric}{`))
          yield `an age that vanishes: ${expr}`;
      }
    }),
  *'an exporter that is down is said first'({ panels }) {
    const [first] = panels;
    const expr = first?.type === 'stat' ? (first.targets[0]?.expr ?? '') : '';
    if (
      !/\(up\{[^}]*\}\) and on \(job, instance\) last_over_time\(aws_connections_exporter_build_info\{[^}]*\}\[2w\]\)/.test(
        expr,
      )
    )
      yield `the first panel is ${first?.title}`;
  },
  'rates stop with what moves them': (dashboard) =>
    each(dashboard, 'all', function* ({ targets }) {
      for (const { expr } of targets) {
        for (const { 0: rate, 1: domain, index } of expr.matchAll(RATE)) {
          const gate = domain
            ? `) and on (${KEY}) (max by (${KEY}) (aws_${domain}_up{`
            : ' and on (job, instance) aws_connections_exporter_build_info{';
          if (!expr.startsWith(gate, index + rate.length)) yield `a rate that fades: ${expr.slice(index)}`;
        }
      }
    }),
};
