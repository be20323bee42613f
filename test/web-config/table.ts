import { pem } from './certificates.ts';

/** A file of `--web.config.file` and what is to be said of it. */
export interface Row {
  readonly name: string;
  /** Undefined for a file that is not there. */
  readonly text: string | undefined;
  /** Why it is refused, in the words of the toolkit or near them; undefined for a file that is good. */
  readonly refused?: RegExp;
  /** What is dangerous in it. */
  readonly warned?: readonly RegExp[];
  /** Why promtool of Debian 12 says something else of it. */
  readonly unlikePromtool?: string;
}

const PAIR = 'cert_file: server.pem\n  key_file: server.key';
const RSA_PAIR = 'cert_file: server-rsa.pem\n  key_file: server-rsa.key';
const tls = (section: string) => `tls_server_config:\n  ${section}\n`;
const INLINE = 'it does not know inline PEM yet';
const AT_SERVING = 'it looks at the configuration only; serving fails';

/** bcrypt of alice123, bob123, carol123 and dave123, with the costs of the toolkit's own test. */
export const USERS = `basic_auth_users:
  alice: $2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby
  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.
  carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
  dave: $2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq
`;

/** The toolkit's own table of good and bad files, with keys of ours. */
export const TOOLKIT_FILES: readonly Row[] = [
  { name: 'missing', text: undefined, refused: /no such file/ },
  { name: 'web_config_empty', text: '' },
];
