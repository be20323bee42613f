import { bundle } from '../rolldown.config.ts';

/** What writes the dashboards is built as what is shipped. */
export default bundle('grafana/main.ts', '.cache/grafana');
