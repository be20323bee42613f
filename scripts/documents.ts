import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Marked, type Tokens } from 'marked';

/** A page of the documentation as it is served. */
interface Page {
  readonly title: string;
  /** What comes beneath the title; nothing of it can be raw HTML, a script or a picture. */
  readonly html: string;
}

/** Lets code import a page of the documentation (`.md`), rendered, and a rule file (`.yml`), as its text. */
export function documents() {
  return {
    name: 'documents',
    load(id: string): { code: string; moduleType: 'js' } | undefined {
      const path = relative(process.cwd(), id);
      if (!/^(docs|config)\/.*\.(md|yml)$/.test(path)) return undefined;
      const text = readFileSync(id, 'utf8');
      const values = path.endsWith('.md') ? { ...toPage(path, text) } : { text };
      const lines = Object.entries(values).map(
        ([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`,
      );
      return { code: lines.join(''), moduleType: 'js' };
    },
  };
}

/** Renders a page of the documentation; `path` is its own in the repository. Throws for what a page may not have. */
export function toPage(path: string, markdown: string): Page {
  const [, title, rest] = /^# (.+)\n([\s\S]*)$/.exec(markdown) ?? [];
  if (title === undefined || rest === undefined) throw new Error(`${path} does not begin with its title`);
  return { title, html: markedFor(path).parse(rest, { async: false }) };
}

function markedFor(path: string): Marked {
  const refuse =
    (what: string) =>
    (token: { raw: string }): string => {
      throw new Error(`${path} has ${what}, which is not rendered: ${token.raw.trim()}`);
    };
  const anchors = new Set<string>();
  return new Marked({
    renderer: {
      html: refuse('raw HTML'),
      image: refuse('a picture'),
      heading({ tokens, depth, text, raw }) {
        const anchor = toAnchor(text);
        // A link could lead to one of them only.
        if (anchors.has(anchor)) return refuse('a heading twice')({ raw });
        anchors.add(anchor);
        return `<h${depth} id="${anchor}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens, raw }) {
        const text = this.parser.parseInline(tokens);
        if (/^(https:\/\/|#)/.test(href)) return `<a href="${toAttribute(href)}">${text}</a>`;
        if (/^[a-z]+:/i.test(href)) return refuse('a link of an unknown kind')({ raw });
        const [file = '', anchor] = href.split('#');
        const target = join(dirname(path), file).replace(/\/$/, '');
        const served = toServed(target);
        if (served) return `<a href="../${served}${anchor ? `#${toAttribute(anchor)}` : ''}">${text}</a>`;
        return text.replace(/<\/?code>|\/$/g, '').replace(/\/$/, '') === target
          ? text
          : `${text} (<code>${toAttribute(target)}</code>)`;
      },
      // On a narrow screen each cell stands in a line of its own, beside its heading.
      table({ header, rows }) {
        const cell = ({ tokens }: Tokens.TableCell) => this.parser.parseInline(tokens);
        const head = header.map((each) => `<th scope="col">${cell(each)}</th>`).join('');
        const body = rows.map((row) => {
          const cells = row.map((each, column) => {
            const label = toAttribute(header[column]?.text ?? '');
            return `<td data-label="${label}"><span>${cell(each)}</span></td>`;
          });
          return `<tr>${cells.join('')}</tr>\n`;
        });
        return `<table><thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('')}</tbody></table>\n`;
      },
    },
  });
}

/** The path at which the exporter serves a page of the repository; undefined when it does not. */
function toServed(path: string): string | undefined {
  const [, folder = '', name = ''] = /^docs\/(runbooks\/)?([\w-]+)\.md$/.exec(path) ?? [];
  if (folder) return `runbooks/${name}`;
  return [
    'accounts',
    'alerts',
    'credentials',
    'in-trouble',
    'metrics',
    'site-to-site-vpn',
    'websocket',
  ].includes(name)
    ? `docs/${name}`
    : undefined;
}

/** The anchor that GitHub gives a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function toAttribute(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
