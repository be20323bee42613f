/** Where the management API of a WebSocket API's stage answers. */
export interface ManagementUrl {
  /** Host in lower case, no slash at the end: what `/@connections/…` is appended to. */
  readonly url: string;
  /** The same without its scheme: what the endpoint is called in labels, files and logs. */
  readonly endpointId: string;
  /** With the port, when the URL names one. */
  readonly host: string;
  /** As far as an execute-api host and its path say; a custom domain says nothing, for its path is a mapping key. */
  readonly apiId: string | undefined;
  readonly region: string | undefined;
  readonly stage: string | undefined;
}

const EXECUTE_API =
  /^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.(?:amazonaws\.(?:com|com\.cn|eu)|api\.aws|api\.amazonwebservices\.(?:com\.cn|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov|cloud\.adc-e\.uk)$/;

/** Reads an absolute http or https URL; throws when it is none. Hosts are those of API Gateway's default endpoints, `{api}.execute-api.{region}.…`. */
export function toManagementUrl(text: string): ManagementUrl {
  const { protocol, host, pathname } = new URL(text);
  const path = pathname.replace(/\/+$/, '');
  const [, apiId, region] = EXECUTE_API.exec(host) ?? [];
  const [, stage] = /^\/([^/]+)$/.exec(path) ?? [];
  return {
    url: `${protocol}//${host}${path}`,
    endpointId: `${host}${path}`,
    host,
    apiId,
    region,
    stage: apiId === undefined ? undefined : stage,
  };
}
