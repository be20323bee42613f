import { branch, escapeXml, leaf, list, wireTime } from '../wire/xml.ts';

export const statuses = ['active', 'failed-to-terminate', 'terminating', 'terminated'] as const;
export type Status = (typeof statuses)[number];

export const counters = ['ingressBytes', 'egressBytes', 'ingressPackets', 'egressPackets'] as const;
/** Ingress is what the client sent, egress what it received. */
export type Counter = (typeof counters)[number];
export type Traffic = { readonly [counter in Counter]?: number | bigint };

/** The leaves of a row in the order in which EC2 writes them; the status has a message beside its code. */
const leaves = [
  'clientVpnEndpointId',
  'timestamp',
  'connectionId',
  'username',
  'connectionEstablishedTime',
  ...counters,
  'clientIp',
  'clientIpv6Address',
  'commonName',
  'statusCode',
  'connectionEndTime',
] as const;
type Leaf = (typeof leaves)[number] | 'statusMessage';

/** Text to write instead of the truth: `null` leaves the element out, `undefined` gives the truth back. */
export type RawRow = { readonly [leaf in Leaf]?: string | null | undefined };

export interface Client {
  readonly id?: string;
  readonly username?: string;
  readonly commonName?: string;
  readonly clientIp?: string;
  readonly clientIpv6?: string;
  readonly postures?: readonly string[];
  /** Milliseconds since 1970; now if not given. */
  readonly establishedAt?: number;
}

/** One client's connection: its true state, and the row that EC2 shows of it. */
export class Connection {
  readonly id: string;
  readonly endpointId: string;
  /** Its place in every listing, drawn by lot. */
  readonly rank: number;
  readonly #client: Client;
  readonly #establishedAt: number;
  readonly #read: Record<Counter, bigint> = {
    ingressBytes: 0n,
    egressBytes: 0n,
    ingressPackets: 0n,
    egressPackets: 0n,
  };
  #updatedAt: number;
  #status: Status = 'active';
  #statusMessage: string | undefined;
  #endedAt: number | undefined;
  #raw: RawRow = {};
  #row: string | undefined;

  constructor(id: string, endpointId: string, rank: number, client: Client, now: number) {
    this.id = id;
    this.endpointId = endpointId;
    this.rank = rank;
    this.#client = client;
    this.#establishedAt = client.establishedAt ?? now;
    this.#updatedAt = now;
  }

  get status(): Status {
    return this.#status;
  }

  /** When it was terminated; undefined while it lives. */
  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  add(counter: Counter, growth: bigint, now: number): void {
    if (growth < 0n) throw new RangeError(`${this.id}: traffic cannot be negative (${counter} ${growth})`);
    this.#read[counter] += growth;
    this.#changed(now);
  }

  enter(status: Status, now: number, message?: string): void {
    if (this.#endedAt !== undefined) throw new Error(`${this.id} is terminated and cannot become ${status}`);
    this.#status = status;
    this.#statusMessage = message;
    if (status === 'terminated') this.#endedAt = now;
    this.#changed(now);
  }

  /** Writes other text into its row from now on; earlier overrides of other leaves stay. */
  override(raw: RawRow): void {
    this.#raw = { ...this.#raw, ...raw };
    this.#row = undefined;
  }

  /** The text of one leaf as its row shows it; undefined when the element is left out. */
  text(name: Leaf): string | undefined {
    const raw = this.#raw[name];
    return raw === undefined ? this.#truth(name) : (raw ?? undefined);
  }

  /** The content of its `<item>`, kept until something changes. */
  get row(): string {
    this.#row ??= this.#write();
    return this.#row;
  }

  #changed(now: number): void {
    this.#updatedAt = now;
    this.#row = undefined;
  }

  #truth(name: Leaf): string | undefined {
    switch (name) {
      case 'clientVpnEndpointId':
        return this.endpointId;
      case 'timestamp':
        return wireTime(this.#updatedAt);
      case 'connectionId':
        return this.id;
      case 'connectionEstablishedTime':
        return wireTime(this.#establishedAt);
      case 'clientIpv6Address':
        return this.#client.clientIpv6;
      case 'statusCode':
        return this.#status;
      case 'statusMessage':
        return this.#statusMessage;
      case 'connectionEndTime':
        return this.#endedAt === undefined ? '-' : wireTime(this.#endedAt);
      case 'username':
      case 'commonName':
      case 'clientIp':
        return this.#client[name];
      default:
        return String(this.#read[name]);
    }
  }

  #write(): string {
    const { postures } = this.#client;
    // Joined, because a string grown by `+` would keep all its pieces in memory for as long as the row is kept.
    return [
      ...leaves.map((name) => (name === 'statusCode' ? this.#writeStatus() : leaf(name, this.text(name)))),
      postures ? list('postureComplianceStatusSet', postures.map(escapeXml)) : '',
    ].join('');
  }

  #writeStatus(): string {
    const xml = leaf('code', this.text('statusCode')) + leaf('message', this.text('statusMessage'));
    return xml && branch('status', xml);
  }
}
