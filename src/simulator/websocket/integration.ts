/** What a route can lead to. */
export interface IntegrationSpec {
  readonly integrationId: string;
  /** HTTP_PROXY if not given. */
  readonly type?: 'AWS' | 'AWS_PROXY' | 'HTTP' | 'HTTP_PROXY' | 'MOCK';
  readonly uri?: string;
  readonly method?: string;
  /** A VPC link, for what is not on the Internet. */
  readonly vpcLinkId?: string;
  readonly requestParameters?: Readonly<Record<string, string>>;
  readonly isManaged?: boolean;
}

/** An integration as the control plane shows it. */
export type Integration = Readonly<Record<string, unknown>> & {
  readonly integrationId: string;
  readonly requestParameters?: Readonly<Record<string, string>>;
};

/** An integration with everything that its spec leaves open. */
export function createIntegration(spec: IntegrationSpec): Integration {
  const { integrationId, type = 'HTTP_PROXY', uri, method = 'POST', vpcLinkId, requestParameters } = spec;
  return {
    ...(spec.isManaged && { apiGatewayManaged: true }),
    ...(vpcLinkId !== undefined && { connectionId: vpcLinkId }),
    connectionType: vpcLinkId === undefined ? 'INTERNET' : 'VPC_LINK',
    integrationId,
    integrationMethod: method,
    integrationType: type,
    integrationUri: uri ?? `https://example.com/${integrationId}`,
    passthroughBehavior: 'WHEN_NO_MATCH',
    payloadFormatVersion: '1.0',
    ...(requestParameters && { requestParameters }),
    timeoutInMillis: 29_000,
  };
}
