import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A plain HTTP client that looks at AWS' wire as text: no SDK, no XML parser, nothing shared with the simulator. */
export interface Asker {
  readonly url: string;
  readonly region?: string;
  readonly service?: string;
  readonly accessKeyId?: string;
  readonly sessionToken?: string;
}

export interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
  /** The body without its layout. */
  readonly flat: string;
  /** The text of every element of this name, in order. */
  all(element: string): string[];
}

const versions: Readonly<Record<string, string>> = { ec2: '2016-11-15', sts: '2011-06-15' };

/** One call of a Query action, with the credential scope of a signed request. */
export async function ask(
  { url, region = 'eu-west-1', service = 'ec2', accessKeyId = 'AKIAEXAMPLE', sessionToken }: Asker,
  action: string,
  params: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const scope = `Credential=${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host;x-amz-date, Signature=00`,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    },
    body: new URLSearchParams({ Action: action, Version: versions[service] ?? '', ...params }),
  });
  return toReply(response);
}

/** Every page of DescribeClientVpnConnections; `between` runs before each page but the first. */
export async function askAllConnections(
  asker: Asker,
  endpointId: string,
  { pageSize = 5, between = () => {} }: { pageSize?: number; between?: () => void } = {},
): Promise<Reply[]> {
  const pages: Reply[] = [];
  let token: string | undefined;
  do {
    if (token) between();
    const page = await ask(asker, 'DescribeClientVpnConnections', {
      ClientVpnEndpointId: endpointId,
      MaxResults: String(pageSize),
      ...(token ? { NextToken: token } : {}),
    });
    if (page.status !== 200) throw new Error(`page ${pages.length + 1}: ${page.body}`);
    pages.push(page);
    token = page.all('nextToken')[0];
  } while (token);
  return pages;
}

export async function toReply(response: Response): Promise<Reply> {
  const body = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body,
    flat: body.replace(/\n *</g, '<'),
    all: (element) =>
      [...body.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map((m) => m[1] ?? ''),
  };
}

export interface RawReply {
  readonly status: number;
  /** Headers as they came: name and value by turns. */
  readonly rawHeaders: readonly string[];
  header(name: string): string | undefined;
  readonly body: string;
}

/** One call of a REST service for exactly this target, at a host that need not be the simulator's; unsigned when the service is `null`. */
export function askRest(
  { url, region = 'eu-west-1', accessKeyId = 'AKIAEXAMPLE' }: Asker,
  service: 'execute-api' | 'apigateway' | null,
  target: string,
  { host, method = 'GET', body }: { host?: string; method?: string; body?: object } = {},
): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  const scope = `Credential=${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host;x-amz-date, Signature=00`;
  const headers = { ...(service ? { authorization } : {}), ...(host ? { host } : {}) };
  return new Promise((resolve, reject) => {
    const asking = request({ hostname, port, path: target, method, headers }, (response) => {
      const { statusCode: status = 0, rawHeaders } = response;
      const header = (name: string) => {
        const value = response.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      text(response).then((body) => resolve({ status, rawHeaders, header, body }), reject);
    });
    asking.once('error', reject).end(body && JSON.stringify(body));
  });
}

export interface JsonReply {
  readonly status: number;
  readonly contentType: string | null;
  readonly headers: Headers;
  readonly body: string;
  /** The body, read; an empty object when there is none. */
  readonly json: Readonly<Record<string, unknown>>;
}

const targets: Readonly<Record<string, string>> = { logs: 'Logs_20140328', sqs: 'AmazonSQS' };

/** One call of an AWS JSON action of the service that the asker names. */
export async function askJson(
  { url, region = 'eu-west-1', service = 'logs', accessKeyId = 'AKIAEXAMPLE' }: Asker,
  action: string,
  input: object = {},
  signal: AbortSignal | null = null,
): Promise<JsonReply> {
  const scope = `Credential=${accessKeyId}/20260101/${region}/${service}/aws4_request`;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host;x-amz-date, Signature=00`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${targets[service]}.${action}`,
    },
    body: JSON.stringify(input),
    signal,
  });
  const body = await response.text();
  const json = body === '' ? {} : (JSON.parse(body) as JsonReply['json']);
  const { status, headers } = response;
  return { status, contentType: headers.get('content-type'), headers, body, json };
}
