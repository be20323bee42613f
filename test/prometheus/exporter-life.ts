/** One endpoint at one minute, in truth. */
type Truth = { readonly active: number; readonly ended: number } | undefined;

/** What happens to the exporter, in minutes. */
export interface Life {
  /** From when to when it is down; from then on it runs in another pod. */
  readonly restart: readonly [from: number, to: number];
  /** From when to when no pass is complete. */
  readonly outages: readonly (readonly [from: number, to: number])[];
}

/** A series of promtool's unit tests. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** As configured: gauges vanish when the last complete pass is so many minutes old. */
const STALE_AFTER = 10;

/** What a Prometheus with the labels of its operator scrapes of an endpoint each minute, in both pods of the exporter's life. */
export function scraped(endpointId: string, truth: readonly Truth[], life: Life): readonly InputSeries[] {
  const [down, back] = life.restart;
  return ['a', 'b'].flatMap((pod) => {
    const active: string[] = [];
    const up: string[] = [];
    const ended: string[] = [];
    let last: Truth;
    truth.forEach((now, minute) => {
      const outage = life.outages.find(([from, to]) => minute >= from && minute < to);
      if (!outage && (minute < down || minute >= back)) last = now;
      const runs = pod === 'a' ? minute < down : minute >= back;
      if (!runs || !last) {
        for (const values of [active, up, ended]) values.push(minute === down && pod === 'a' ? 'stale' : '_');
        return;
      }
      up.push(outage ? '0' : '1');
      ended.push(String(last.ended));
      const age = outage ? minute - outage[0] : 0;
      active.push(age < STALE_AFTER ? String(last.active) : age === STALE_AFTER ? 'stale' : '_');
    });
    const target = `job="exporter",instance="10.0.0.1:10176",namespace="monitoring",pod="exporter-${pod}",service="exporter",container="exporter",endpoint="http"`;
    const labels = `account_id="111122223333",region="eu-west-1",endpoint_id="${endpointId}",${target}`;
    return [
      { series: `aws_client_vpn_connections{${labels},status="active"}`, values: active.join(' ') },
      { series: `aws_client_vpn_up{${labels}}`, values: up.join(' ') },
      {
        series: `aws_client_vpn_connection_transitions_total{${labels},status="terminated"}`,
        values: ended.join(' '),
      },
    ];
  });
}
