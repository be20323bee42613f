import { randomBytes } from 'node:crypto';

/** Who a caller is. */
export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

export interface TemporaryKey extends Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since 1970, on the machine's own clock: SDKs compare it with theirs. */
  readonly expiresAt: number;
}

/** Every access key is somebody's: those handed out here belong to their role, all others to an account by the table. */
export class AccessKeys {
  readonly #accounts: Readonly<Record<string, string>>;
  readonly #temporary = new Map<string, TemporaryKey>();
  readonly #revoked = new Set<string>();

  constructor(accounts: Readonly<Record<string, string>>) {
    this.#accounts = accounts;
  }

  /** Keys for a session of a role that expire after so many seconds. */
  issue(accountId: string, roleName: string, sessionName: string, seconds: number): TemporaryKey {
    const key: TemporaryKey = {
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
      userId: `AROA${randomHex(8)}:${sessionName}`,
      accessKeyId: `ASIA${randomHex(8)}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(120).toString('base64'),
      expiresAt: Date.now() + seconds * 1000,
    };
    this.#temporary.set(key.accessKeyId, key);
    return key;
  }

  /** From now on this key is nobody's. */
  revoke(accessKeyId: string): void {
    this.#revoked.add(accessKeyId);
  }

  /** Who signed with this key; why not, when a handed-out key has expired or came with another token. */
  identify(accessKeyId: string, sessionToken: string | undefined): Identity | 'expired' | 'auth-failure' {
    if (this.#revoked.has(accessKeyId)) return 'auth-failure';
    const temporary = this.#temporary.get(accessKeyId);
    if (temporary) {
      if (temporary.sessionToken !== sessionToken) return 'auth-failure';
      return temporary.expiresAt <= Date.now() ? 'expired' : temporary;
    }
    const accountId = this.#accounts[accessKeyId] ?? '111122223333';
    return { accountId, arn: `arn:aws:iam::${accountId}:user/simulated`, userId: 'AIDASIMULATEDUSER0001' };
  }
}

const randomHex = (bytes: number) => randomBytes(bytes).toString('hex').toUpperCase();
