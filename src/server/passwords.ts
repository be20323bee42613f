import { createHash } from 'node:crypto';
import { Turns } from './turns.ts';

/** A user name with a password, and who may come in. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** bcrypt hashes by user name; at least one. */
  readonly users: ReadonlyMap<string, string>;
  /** The address that sends it. */
  readonly from: string;
}

/** `busy`: so many others wait to be compared that this one is not looked at. */
export type Judgement = 'right' | 'wrong' | 'busy';

/** What passwords are judged with. */
export interface PasswordsDeps {
  /** Whether a password is that of a bcrypt hash; takes its time, and none of this thread's. */
  readonly compare: (password: string, hash: string) => Promise<boolean>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Results that are remembered. */
export const MOST_KNOWN = 100;
/** How many go when there are too many. */
const FORGOTTEN_AT_ONCE = 11;
/** Comparisons that wait; one of cost 10 takes about a fifth of a second. */
export const MOST_WAITING = 100;

interface Waiting {
  readonly compare: () => Promise<boolean>;
  readonly settle: (judgement: Judgement | Promise<Judgement>) => void;
}

/**
 * Judges passwords, one at a time, each address in its turn, and remembers results, good and bad. A name that nobody has costs what the
 * password of somebody does.
 */
export class Passwords {
  readonly #deps: PasswordsDeps;
  readonly #known = new Map<string, boolean>();
  readonly #underWay = new Map<string, Promise<Judgement>>();
  readonly #turns = new Turns<Waiting>(MOST_WAITING);
  #isComparing = false;

  constructor(deps: PasswordsDeps) {
    this.#deps = deps;
  }

  /** Rejects when passwords cannot be compared. */
  async judge({ user, password, users, from }: Login): Promise<Judgement> {
    const own = users.get(user);
    const hash = own ?? somebodys(users, user);
    // A name that was somebody's is not taken for it: what was right for its hash then is wrong now.
    const key = toKey(own === undefined ? 'nobody' : 'somebody', user, hash, password);
    const known = this.#known.get(key);
    if (known !== undefined) return known ? 'right' : 'wrong';
    const underWay =
      this.#underWay.get(key) ?? this.#wait(key, from, { password, hash, isUser: own !== undefined });
    return underWay;
  }

  #wait(
    key: string,
    from: string,
    {
      password,
      hash,
      isUser,
    }: { readonly password: string; readonly hash: string; readonly isUser: boolean },
  ): Promise<Judgement> {
    const judged = new Promise<Judgement>((settle) => {
      const compare = async () => {
        const isRight = (await this.#deps.compare(password, hash)) && isUser;
        this.#remember(key, isRight);
        return isRight;
      };
      this.#turns.push(from, { compare, settle })?.settle('busy');
    }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, judged);
    void this.#compareAll();
    return judged;
  }

  async #compareAll(): Promise<void> {
    if (this.#isComparing) return;
    this.#isComparing = true;
    for (let next = this.#turns.next(); next; next = this.#turns.next()) {
      const judged = next.compare().then((isRight): Judgement => (isRight ? 'right' : 'wrong'));
      next.settle(judged);
      await judged.catch(() => {});
    }
    this.#isComparing = false;
  }

  #remember(key: string, isRight: boolean): void {
    if (this.#known.size >= MOST_KNOWN) this.#forget();
    this.#known.set(key, isRight);
  }

  /** Wrong ones first: whoever tries many makes nobody wait who is known. */
  #forget(): void {
    const wrong = [...this.#known].filter(([, isRight]) => !isRight).map(([key]) => key);
    const keys = wrong.length > 0 ? wrong : [...this.#known.keys()];
    for (let n = 0; n < FORGOTTEN_AT_ONCE && keys.length > 0; n += 1) {
      const [key = ''] = keys.splice(Math.floor(this.#deps.random() * keys.length), 1);
      this.#known.delete(key);
    }
  }
}

/** Of a cost up to 14, which takes some seconds: names that nobody has must not make others wait for a minute. */
const USUAL = /^\$2b\$(0\d|1[0-4])\$/;

/** The hash of one of the users, always the same for a name: how long it takes tells nothing of whether there is such a user. */
function somebodys(users: ReadonlyMap<string, string>, name: string): string {
  const all = [...users.values()];
  const usual = all.filter((hash) => USUAL.test(hash));
  const hashes = usual.length > 0 ? usual : all;
  return hashes[createHash('sha256').update(name).digest().readUInt32BE() % hashes.length] ?? '';
}

/** In hex, none can run into the next (CVE-2022-46146); and as a digest, no password is kept. */
function toKey(...parts: readonly string[]): string {
  const apart = parts.map((part) => Buffer.from(part).toString('hex')).join(':');
  return createHash('sha256').update(apart).digest('base64');
}
