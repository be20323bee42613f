/** A rate per minute, in words: Grafana's own unit for it is "c/m". */
export const PER_MINUTE = 'count:per minute';
