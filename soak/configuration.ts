import { API } from './aws.ts';

/** A configuration whose passes come every minute, over all domains; two of them differ in what changes nothing that is counted. */
export function toYaml(url: string, variant: number): string {
  const pass = 'schedule: "0 * * * * *", timeout: 10m, stale_after: 30m';
  return `
targets: [{name: soak, regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${url}", max_attempts: 2, request_timeout: 3m, connect_timeout: 3m}
client_vpn: {${pass}, requests_per_second: 100, page_size: ${variant % 2 === 0 ? 1000 : 50}, users: {enabled: true, max: 10}, connections: {enabled: true}}
websocket:
  {${pass}, enabled: true, requests_per_second: 100, sample_size: 500, endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]}
site_to_site_vpn: {${pass}, enabled: true}
intake: {enabled: true, allow_unauthenticated: true, listen_address: "127.0.0.1:0"}
`;
}

/** What a reload refuses. */
export const BROKEN = 'client_vpn: {schedule: "never", page_sise: 7}\n';
