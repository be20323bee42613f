import { branch, leaf, list } from '../wire/xml.ts';
import type { VpnConnection } from './connection.ts';

/** The content of `<options>`: how a connection is set up, the keys of its tunnels included. */
export function optionsXml(connection: VpnConnection): string {
  const { spec, routing } = connection;
  const version = spec.insideIpVersion ?? 'ipv4';
  const everywhere = version === 'ipv4' ? '0.0.0.0/0' : '::/0';
  const ends = version === 'ipv4' ? 'Ipv4NetworkCidr' : 'Ipv6NetworkCidr';
  return [
    leaf('enableAcceleration', connection.text('enableAcceleration', String(spec.accelerated ?? false))),
    leaf('staticRoutesOnly', connection.text('staticRoutesOnly', String(routing === 'static'))),
    leaf(`local${ends}`, everywhere),
    leaf(`remote${ends}`, everywhere),
    leaf('outsideIpAddressType', spec.transportAttachmentId === undefined ? 'PublicIpv4' : 'PrivateIpv4'),
    leaf('transportTransitGatewayAttachmentId', spec.transportAttachmentId),
    leaf('tunnelInsideIpVersion', version),
    list('tunnelOptionSet', connection.tunnels.map(tunnelOptions(connection))),
    leaf('tunnelBandwidth', spec.bandwidth ?? 'standard'),
  ].join('');
}

const tunnelOptions =
  ({ id, accountId, region, spec }: VpnConnection) =>
  ({ outsideIp, preSharedKey }: VpnConnection['tunnels'][number], n: number): string => {
    const logGroup = `arn:aws:logs:${region}:${accountId}:log-group:/vpn/${id}`;
    const log = [
      leaf('logEnabled', true),
      leaf('logGroupArn', logGroup),
      leaf('logOutputFormat', 'json'),
      leaf('bgpLogEnabled', true),
      leaf('bgpLogGroupArn', `${logGroup}/bgp`),
      leaf('bgpLogOutputFormat', 'text'),
    ];
    return [
      leaf('outsideIpAddress', outsideIp),
      spec.insideIpVersion === 'ipv6'
        ? leaf('tunnelInsideIpv6Cidr', `fd00:${n + 10}::/126`)
        : leaf('tunnelInsideCidr', `169.254.${n + 10}.0/30`),
      leaf('preSharedKey', preSharedKey),
      leaf('phase1LifetimeSeconds', 28800),
      leaf('phase2LifetimeSeconds', 3600),
      leaf('rekeyMarginTimeSeconds', 270),
      leaf('rekeyFuzzPercentage', 100),
      leaf('replayWindowSize', 1024),
      leaf('dpdTimeoutSeconds', 30),
      leaf('dpdTimeoutAction', 'clear'),
      values('phase1EncryptionAlgorithmSet', 'AES128', 'AES256-GCM-16'),
      values('phase2EncryptionAlgorithmSet', 'AES256'),
      values('phase1IntegrityAlgorithmSet', 'SHA1', 'SHA2-256'),
      values('phase2IntegrityAlgorithmSet', 'SHA2-512'),
      values('phase1DHGroupNumberSet', 2, 14),
      values('phase2DHGroupNumberSet', 5),
      values('ikeVersionSet', 'ikev1', 'ikev2'),
      leaf('startupAction', 'add'),
      branch('logOptions', branch('cloudWatchLogOptions', log.join(''))),
      leaf('enableTunnelLifecycleControl', false),
    ].join('');
  };

const values = (name: string, ...all: readonly (string | number)[]) =>
  list(
    name,
    all.map((value) => leaf('value', value)),
  );
