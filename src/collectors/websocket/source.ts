import type { AccountSource } from '../../aws/accounts.ts';
import { brokenAnswer, MOST_ENDPOINTS, pages } from '../../aws/answers.ts';
import type { Aws } from '../../aws/clients.ts';
import type { Target } from '../../aws/targets.ts';
import type { Outcome } from './estimate/outcome.ts';

/** A WebSocket API of the account. */
export interface WebSocketApi {
  readonly apiId: string;
  readonly name: string;
  /** Where AWS serves it, unless `isDefaultDisabled`: then only custom domains lead to it. */
  readonly host: string;
  readonly isDefaultDisabled: boolean;
}

/** Where a stage writes its access log, as an ARN, and in which format; undefined where it has none. */
export interface StageSettings {
  readonly arn: string | undefined;
  readonly format: string | undefined;
}

/** A stage of a WebSocket API. */
export interface WebSocketStage extends StageSettings {
  readonly stage: string;
}

/** A stage of an API, of WebSocket or another kind, that is served at `https://<domain>/<key>`; the key can be empty. */
export interface Mapping {
  readonly domain: string;
  readonly key: string;
  readonly apiId: string;
  readonly stage: string;
}

/** What a pass asks of API Gateway. Rejects with the SDK's error; every listing is complete or throws. */
export interface Source extends AccountSource {
  /** Looks up a connection at a management URL; that it is gone, or was never issued, is an outcome. */
  lookUp(target: Target, url: string, connectionId: string, signal: AbortSignal): Promise<Outcome>;
  apis(target: Target, signal: AbortSignal): AsyncIterable<WebSocketApi>;
  /** An API's stages. */
  stages(target: Target, apiId: string, signal: AbortSignal): AsyncIterable<WebSocketStage>;
  /** The names of the custom domains. */
  domains(target: Target, signal: AbortSignal): AsyncIterable<string>;
  /** The mappings of a custom domain. */
  mappings(target: Target, domain: string, signal: AbortSignal): AsyncIterable<Mapping>;
}

/** The source that asks AWS through the SDK. */
export function createSource(
  aws: Pick<Aws, 'accountId' | 'knownAccount' | 'management' | 'apiGateway'>,
): Source {
  return {
    accountId: (target, signal) => aws.accountId(target, signal),
    knownAccount: (target) => aws.knownAccount(target),

    async lookUp(target, url, connectionId, abortSignal) {
      if (connectionId === '') throw new Error('looking up a connection: its id is empty');
      // Steps of a path, not ids: they lead to something else, whose answer would be taken for the stage's.
      if (connectionId === '.' || connectionId === '..') return { status: 'invalid' };
      const { GetConnectionCommand } = await import('@aws-sdk/client-apigatewaymanagementapi');
      const client = await aws.management(target, url);
      const command = new GetConnectionCommand({ ConnectionId: connectionId });
      try {
        const { ConnectedAt, LastActiveAt, Identity } = await client.send(command, { abortSignal });
        if (!(ConnectedAt ?? LastActiveAt ?? Identity))
          throw brokenAnswer('GetConnection: the answer says nothing of a connection');
        return {
          status: 'alive',
          connectedAt: ConnectedAt?.getTime(),
          lastActiveAt: LastActiveAt?.getTime(),
        };
      } catch (error) {
        if (isGone(error)) return { status: 'gone' };
        if (isInvalid(error)) return { status: 'invalid' };
        throw error;
      }
    },

    async *apis(target, signal) {
      const { GetApisCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const apis = listed('GetApis', (paging) =>
        client.send(new GetApisCommand(paging), { abortSignal: signal }),
      );
      for await (const item of apis) {
        if (item.ProtocolType !== 'WEBSOCKET') continue;
        yield {
          apiId: given('GetApis', item, 'ApiId'),
          name: text(item.Name),
          host: toHost(given('GetApis', item, 'ApiEndpoint')),
          isDefaultDisabled: item.DisableExecuteApiEndpoint === true,
        };
      }
    },

    async *stages(target, apiId, signal) {
      const { GetStagesCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const stages = listed('GetStages', (paging) =>
        client.send(new GetStagesCommand({ ApiId: apiId, ...paging }), { abortSignal: signal }),
      );
      for await (const item of stages)
        yield {
          stage: given('GetStages', item, 'StageName'),
          ...toSettings(item.AccessLogSettings),
        };
    },

    async *domains(target, signal) {
      const { GetDomainNamesCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const domains = listed('GetDomainNames', (paging) =>
        client.send(new GetDomainNamesCommand(paging), { abortSignal: signal }),
      );
      for await (const item of domains) yield given('GetDomainNames', item, 'DomainName');
    },

    async *mappings(target, domain, signal) {
      const { GetApiMappingsCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const mappings = listed('GetApiMappings', (paging) =>
        client.send(new GetApiMappingsCommand({ DomainName: domain, ...paging }), { abortSignal: signal }),
      );
      for await (const item of mappings) {
        const apiId = given('GetApiMappings', item, 'ApiId');
        const key = text(item.ApiMappingKey);
        yield { domain, key, apiId, stage: given('GetApiMappings', item, 'Stage') };
      }
    },
  };
}

/** Whether API Gateway itself says that there is no such API or domain; a 404 of anything in between says nothing about it. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && toStatus(error) === 404 && error.name === 'NotFoundException';
}

/** Nothing but API Gateway answers 410, whose body is empty. */
function isGone(error: unknown): boolean {
  return error instanceof Error && toStatus(error) === 410;
}

/** By AWS' own name for it as well: a 400 of anything in between says nothing about the connection. */
function isInvalid(error: unknown): boolean {
  return error instanceof Error && toStatus(error) === 400 && error.name === 'BadRequestException';
}

function toStatus(error: Error & { $metadata?: { httpStatusCode?: number } }): number | undefined {
  return error.$metadata?.httpStatusCode;
}

interface Paging {
  /** Of a number, but API Gateway takes it as text. */
  readonly MaxResults: string;
  readonly NextToken: string | undefined;
}

/** A member can be anything, whatever the SDK's types say. */
type Item<T> = { readonly [K in keyof T]: unknown };

/** The items of a listing of API Gateway's control plane, whole or throwing. */
export async function* listed<T extends object>(
  operation: string,
  send: (paging: Paging) => Promise<{ Items?: T[] | undefined; NextToken?: string | undefined }>,
): AsyncIterable<Item<T>> {
  const sendPage = async (token: string | undefined) => {
    const { Items, NextToken } = await send({ MaxResults: '100', NextToken: token });
    return { items: Items, next: NextToken };
  };
  for await (const page of pages(operation, sendPage, { mostItems: MOST_ENDPOINTS }))
    for (const item of page) {
      if (typeof item !== 'object' || item === null) throw brokenAnswer(`${operation}: an item is no object`);
      yield item;
    }
}

/** A text that must be there. */
export function given<T>(operation: string, item: Item<T>, member: keyof T & string): string {
  const value = item[member];
  if (typeof value !== 'string') throw brokenAnswer(`${operation}: an item lacks its ${member}`);
  return value.toWellFormed();
}

/** A text that may be left out. JSON can hold half a character, which no series is told apart by. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value.toWellFormed() : '';
}

function toSettings(settings: unknown): StageSettings {
  const { DestinationArn, Format } = (settings ?? {}) as { readonly [key: string]: unknown };
  return { arn: text(DestinationArn) || undefined, format: text(Format) || undefined };
}

function toHost(endpoint: string): string {
  if (!URL.canParse(endpoint)) throw brokenAnswer('GetApis: an ApiEndpoint is no URL');
  return new URL(endpoint).host;
}
