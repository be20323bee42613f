/** One instruction of a Dockerfile, its flags (`--from=build` is `from: 'build'`) apart from the rest of the line. */
export interface Instruction {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
}

/** A build stage: what comes between one FROM and the next. */
export interface Stage {
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile; throws on what comes before the first FROM, which this project does not use. */
export function toStages(text: string): Stage[] {
  const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  for (const line of lines.map((each) => each.trim()).filter(Boolean)) {
    const instruction = toInstruction(line);
    if (instruction.name === 'FROM') {
      const [image = '', , name = String(stages.length)] = instruction.rest.split(/\s+/);
      stages.push({ name, image, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${line}: before the first FROM`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

function toInstruction(line: string): Instruction {
  const [, name = '', flagText = '', rest = ''] = /^(\S+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? [];
  const flags = flagText.split(/\s+/).filter(Boolean);
  const pairs = flags.map((flag) => /^--([^=]+)=?(.*)$/.exec(flag)?.slice(1) ?? [flag, '']);
  return { name: name.toUpperCase(), flags: Object.fromEntries(pairs), rest };
}

/** The last instruction of this name in a stage; throws when there is none. */
export function last(stage: Stage, name: string): Instruction {
  const found = stage.instructions.findLast((instruction) => instruction.name === name);
  if (found === undefined) throw new Error(`no ${name} in stage ${stage.name}`);
  return found;
}

/** `key=value` pairs of ARG, ENV and LABEL, quotes taken off. */
export function toPairs(rest: string): [string, string][] {
  return [...rest.matchAll(/([^\s=]+)=("[^"]*"|\S*)/g)].map(([, key = '', value = '']) => [
    key,
    value.replace(/^"(.*)"$/, '$1'),
  ]);
}
