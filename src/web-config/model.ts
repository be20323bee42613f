/** Who must show a certificate, by the names that Prometheus' exporter-toolkit gives to them. */
export type ClientAuth =
  | 'NoClientCert'
  | 'RequestClientCert'
  | 'RequireAnyClientCert'
  | 'VerifyClientCertIfGiven'
  | 'RequireAndVerifyClientCert';

/** How connections are encrypted, and who may open one; read, checked and ready for `node:tls`. */
export interface TlsSettings {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** PEM; undefined for the authorities that the system trusts. */
  readonly clientCa: string | undefined;
  readonly clientAuth: ClientAuth;
  /**
   * Alternative names of which a client's certificate must hold one, IP addresses as `toSan` writes them; undefined for
   * any, and empty for a list of none, which no client passes.
   */
  readonly clientAllowedSans: readonly string[] | undefined;
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** In OpenSSL's names, separated by colons; undefined for the default. */
  readonly ciphers: string | undefined;
  /** In OpenSSL's names, separated by colons; undefined for the default. */
  readonly curves: string | undefined;
  readonly preferServerCiphers: boolean;
}

/** So many requests at once, and one more each time that the interval has passed. */
export interface RateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}

/** What a file of `--web.config.file` says, in the format of Prometheus' exporter-toolkit (docs/web-configuration.md there). */
export interface WebConfig {
  /** Undefined for plain HTTP. */
  readonly tls: TlsSettings | undefined;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name, each of 60 characters that begin with `$2b$`; empty where nobody is asked for a password. */
  readonly users: ReadonlyMap<string, string>;
  /** Undefined for any number of requests. */
  readonly rateLimit: RateLimit | undefined;
}

/** What came of reading such a file. */
export type WebConfigRead = {
  /** Every file that was read or should have been, and what it looked like then. */
  readonly looks: ReadonlyMap<string, string>;
} & (
  | {
      readonly config: WebConfig;
      /** Whether the file says nothing at all. */
      readonly isEmpty: boolean;
      /** Sentences on what is valid and dangerous. */
      readonly warnings: readonly string[];
    }
  /** Sentences, each with the file, the line where there is one, the key, and what to do. */
  | { readonly problems: readonly string[] }
);
