import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { MEANINGS } from './colours.ts';
import { ofExporter, ofProcess } from './queries.ts';
import { DATASOURCE } from './targets.ts';

/** A line at every start of an exporter: its time is the value, so that a new instance, or a gap, moves nothing. */
export function restarts() {
  return new AnnotationQueryBuilder()
    .name('Exporter starts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(MEANINGS.odd)
    .expr(`max by (job, instance) (${ofProcess(ofExporter('process_start_time_seconds'))}) * 1000`)
    .step('1m')
    .useValueForTime(true)
    .titleFormat('Exporter started')
    .textFormat('{{job}} {{instance}}');
}
