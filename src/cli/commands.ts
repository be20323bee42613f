/** What the program can be asked to do; the first is done when nothing is asked for. */
export const commands = ['serve', 'once', 'check', 'connections', 'demo', 'wire', 'describe'] as const;
export type Command = (typeof commands)[number];

/** The second word of commands that have one: what is described, and how an API is wired. */
const topics = {
  describe: ['metrics', 'iam-policy', 'config-schema', 'rules'],
  wire: ['access-log', 'headers'],
} as const;
export type Topic = (typeof topics)[keyof typeof topics][number];

/** The second words that a command can have; none for most. */
export function topicsOf(command: Command): readonly Topic[] {
  return command === 'describe' || command === 'wire' ? topics[command] : [];
}
