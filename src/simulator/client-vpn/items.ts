import type { Ranked } from '../wire/pages.ts';
import { branch, leaf, list } from '../wire/xml.ts';
import type { Endpoint } from './endpoint.ts';

/** A subnet that an endpoint is associated with. */
export interface TargetNetwork extends Ranked {
  readonly associationId: string;
  readonly subnetId: string;
  readonly endpoint: Endpoint;
}

/** The content of an `<item>` of DescribeClientVpnEndpoints. */
export function endpointItem(endpoint: Endpoint): string {
  const { id, spec, accountId, region } = endpoint;
  const tags = Object.entries({ ...(spec.name === undefined ? {} : { Name: spec.name }), ...spec.tags });
  const subnets = networks(endpoint).map(
    ({ subnetId }) => leaf('networkId', subnetId) + leaf('networkType', 'vpc'),
  );
  return [
    leaf('clientVpnEndpointId', id),
    leaf('description', spec.description),
    branch('status', leaf('code', endpoint.status)),
    leaf('creationTime', new Date(endpoint.createdAt).toISOString().slice(0, 19)),
    leaf('dnsName', `*.${id}.prod.clientvpn.${region}.amazonaws.com`),
    leaf('clientCidrBlock', endpoint.cidrBlock),
    leaf('splitTunnel', spec.splitTunnel ?? true),
    leaf('vpnProtocol', 'openvpn'),
    leaf('transportProtocol', spec.transportProtocol ?? 'udp'),
    leaf('vpnPort', spec.vpnPort ?? 443),
    list('associatedTargetNetwork', subnets),
    leaf('serverCertificateArn', `arn:aws:acm:${region}:${accountId}:certificate/server`),
    list('authenticationOptions', authentication(endpoint)),
    branch('connectionLogOptions', leaf('Enabled', false)),
    list(
      'tagSet',
      tags.map(([key, value]) => leaf('key', key) + leaf('value', value)),
    ),
    list('securityGroupIdSet', securityGroups),
    leaf('vpcId', spec.vpcId),
    branch('clientConnectOptions', leaf('enabled', false)),
    leaf('sessionTimeoutHours', spec.sessionTimeoutHours ?? 24),
    branch('clientLoginBannerOptions', leaf('enabled', false)),
    leaf('disconnectOnSessionTimeout', true),
  ].join('');
}

/** The subnets of an endpoint; one that waits for its first association has none. */
export function networks(endpoint: Endpoint): TargetNetwork[] {
  if (endpoint.status === 'pending-associate') return [];
  const tail = endpoint.id.slice(-15);
  const subnetIds = endpoint.spec.subnetIds ?? [`subnet-0a${tail}`, `subnet-0b${tail}`];
  return subnetIds.map((subnetId, rank) => ({
    rank,
    associationId: `cvpn-assoc-${rank.toString(16).padStart(2, '0')}${tail}`,
    subnetId,
    endpoint,
  }));
}

/** The content of an `<item>` of DescribeClientVpnTargetNetworks. */
export function networkItem({ associationId, subnetId, endpoint }: TargetNetwork): string {
  return [
    leaf('associationId', associationId),
    leaf('vpcId', endpoint.spec.vpcId),
    leaf('targetNetworkId', subnetId),
    leaf('clientVpnEndpointId', endpoint.id),
    branch('status', leaf('code', 'associated')),
    list('securityGroups', securityGroups),
  ].join('');
}

const securityGroups = ['sg-0123456789abcdef0'];

function authentication({ accountId, region, spec }: Endpoint): string[] {
  const details: Readonly<Record<string, string>> = {
    'certificate-authentication': branch(
      'mutualAuthentication',
      leaf('clientRootCertificateChain', `arn:aws:acm:${region}:${accountId}:certificate/clients`),
    ),
    'directory-service-authentication': branch('activeDirectory', leaf('directoryId', 'd-1234567890')),
    'federated-authentication': branch(
      'federatedAuthentication',
      leaf('samlProviderArn', `arn:aws:iam::${accountId}:saml-provider/people`),
    ),
  };
  return [spec.authentication ?? 'certificate-authentication']
    .flat()
    .map((type) => leaf('type', type) + (details[type] ?? ''));
}
