import { createHmac, randomBytes } from 'node:crypto';

/** What may be shown of people: their names as they are, a keyed hash of them, or nothing. */
export interface Identity {
  /** Changes whenever names are shown in another way, so that what was stored under the old one is not mixed in. */
  readonly tag: string;
  /** A name as it may be shown; undefined when names are dropped. */
  show(name: string): string | undefined;
  /** A stand-in for the name that tells people apart within this process; equal to what `show` gives unless names are dropped. */
  key(name: string): string;
  /** Whether people are named as they are, so that free text of AWS may be shown too. */
  readonly isPlain: boolean;
  /** Whether addresses of people are shown. */
  readonly showsAddresses: boolean;
}

const HASH_CHARACTERS = 16;
const CACHE_LIMIT = 200_000;

/** Identity as configured; `key` is the secret of `hash`. */
export function createIdentity(mode: 'plain' | 'hash' | 'drop', key: Uint8Array | undefined): Identity {
  if (mode === 'plain')
    return { tag: 'plain', show: (name) => name, key: (name) => name, isPlain: true, showsAddresses: true };
  if (mode === 'hash') {
    if (!key) throw new Error('identity: hash needs identity_key_file');
    const hash = createHash(key);
    return {
      tag: `hash ${hash('aws-connections-exporter identity')}`,
      show: hash,
      key: hash,
      isPlain: false,
      showsAddresses: true,
    };
  }
  return {
    tag: 'drop',
    show: () => undefined,
    key: createHash(randomBytes(32)),
    isPlain: false,
    showsAddresses: false,
  };
}

function createHash(key: Uint8Array): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let hash = known.get(name);
    if (hash === undefined) {
      hash = createHmac('sha256', key).update(name).digest('hex').slice(0, HASH_CHARACTERS);
      if (known.size >= CACHE_LIMIT) known.clear();
      known.set(name, hash);
    }
    return hash;
  };
}
