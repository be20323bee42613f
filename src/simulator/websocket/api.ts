import { checkFormat } from './access-log-format.ts';
import { Deployments } from './deployments.ts';
import { createIntegration, type IntegrationSpec } from './integration.ts';
import { type AccessLogSettings, Stage } from './stage.ts';

/** A name of its own for a stage: clients use `wss://{domain}/{key}`, and so do those who look connections up. */
export interface DomainMapping {
  readonly domain: string;
  /** Empty for a domain that stands for the stage whole. */
  readonly key: string;
  readonly stage: string;
}

/** What an API does with one kind of event or message. */
export interface Route {
  /** `$connect`, `$disconnect`, `$default`, or a message of its own. */
  readonly key: string;
  /** The integration it goes to; none for a route that leads nowhere yet. */
  readonly integrationId?: string;
}

/** How an API lives by itself while its world is stepped. */
export interface Pace {
  readonly arrivalsPerMinute: number;
  readonly meanStaySeconds: number;
  /** The share of departures, 0 to 1, of which nobody is told. */
  readonly untoldShare: number;
}

export interface ApiSpec {
  readonly apiId?: string;
  readonly name?: string;
  readonly accountId?: string;
  readonly region?: string;
  /** HTTP APIs stand in the same listings, and have no connections. */
  readonly protocol?: 'WEBSOCKET' | 'HTTP';
  /** `prod` if not given. */
  readonly stages?: readonly string[];
  /** By stage, what is logged from the beginning; nothing if not given. */
  readonly accessLogs?: Readonly<Record<string, AccessLogSettings>>;
  /** Stages that deploy every edit at once; none if not given. */
  readonly autoDeployed?: readonly string[];
  readonly stageTags?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly routes?: readonly Route[];
  /** Those that routes go to need not be given. */
  readonly integrations?: readonly IntegrationSpec[];
  /** Whether it answers at its custom domains only. */
  readonly isDefaultDisabled?: boolean;
  readonly domains?: readonly DomainMapping[];
  /** Without it, nobody comes or goes by himself. */
  readonly pace?: Pace;
}

/** An API as it stands in its world. */
export interface Api
  extends Required<Omit<ApiSpec, 'pace' | 'accessLogs' | 'autoDeployed' | 'stageTags' | 'integrations'>> {
  readonly pace: Pace | undefined;
  /** Its stages with their settings, by name. */
  readonly settings: ReadonlyMap<string, Stage>;
  /** Its integrations, and what of them was deployed. */
  readonly deployments: Deployments;
  /** The host of its default endpoint. */
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** An API with everything that its spec leaves open. */
export function createApi(apiId: string, spec: ApiSpec, createdAt: number): Api {
  for (const { format } of Object.values(spec.accessLogs ?? {})) checkFormat(format);
  const region = spec.region ?? 'eu-west-1';
  const stages = spec.stages ?? ['prod'];
  const { routes = [], integrations = [], accessLogs, autoDeployed, stageTags = {} } = spec;
  const named = routes.flatMap(({ integrationId }) =>
    integrationId === undefined ? [] : [{ integrationId }],
  );
  const deployments = new Deployments([...named, ...integrations].map(createIntegration));
  const createStage = (name: string) =>
    new Stage(name, {
      createdAt,
      deploymentId: deployments.deploy(createdAt).deploymentId,
      isAutoDeployed: autoDeployed?.includes(name) ?? false,
      accessLog: accessLogs?.[name],
      tags: stageTags,
    });
  return {
    apiId,
    name: spec.name ?? apiId,
    accountId: spec.accountId ?? '111122223333',
    region,
    protocol: spec.protocol ?? 'WEBSOCKET',
    stages,
    settings: new Map(stages.map((name) => [name, createStage(name)])),
    deployments,
    tags: spec.tags ?? {},
    routes,
    isDefaultDisabled: spec.isDefaultDisabled ?? false,
    domains: spec.domains ?? [],
    pace: spec.pace,
    host: `${apiId}.execute-api.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
    createdAt,
  };
}
