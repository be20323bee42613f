import { expect, test } from 'vitest';
import { toPage } from '../../scripts/documents.ts';
import { documents } from '../../src/app/documents.ts';
import { served } from '../browser/served.ts';
import { well } from '../support/status-models.ts';

const render = (markdown: string, path = 'docs/runbooks/Down.md') =>
  toPage(path, `# Down\n\n${markdown}`).html;

test('below the path of a proxy every link of every page leads to a page or to a heading of it', async () => {
  const root = await served(well, '/exporter/vpn');
  const pages = new Map<string, string>();
  const waiting = [`${root}runbooks/`];
  const wanted = new Set<string>();
  for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
    if (pages.has(url)) continue;
    const answer = await fetch(url);
    expect([url, answer.status]).toEqual([url, 200]);
    pages.set(url, await answer.text());
    for (const [, href = ''] of (pages.get(url) ?? '').matchAll(/href="([^"]*)"/g)) {
      const to = new URL(href.replaceAll('&#38;', '&'), url);
      if (to.protocol === 'https:') continue;
      expect(to.href.startsWith(root), `${href} on ${url}`).toBe(true);
      if (to.hash) wanted.add(to.href);
      to.hash = '';
      if (/\/(runbooks|docs)\//.test(to.pathname)) waiting.push(to.href);
    }
  }
  expect(pages.size).toBe(1 + documents.runbooks.size + documents.docs.size);
  for (const url of wanted) {
    const [page = '', anchor] = url.split('#');
    expect(pages.get(page) ?? '', url).toContain(`id="${anchor}"`);
  }
  expect([...wanted].filter((url) => url.includes('/docs/')).length).toBeGreaterThan(10);
});

test.each([
  ['a <b>word</b>', 'raw HTML'],
  ['<script>alert(1)</script>', 'raw HTML'],
  ['<!-- note -->', 'raw HTML'],
  ['![a picture](https://example.com/a.png)', 'a picture'],
  ['[link](javascript:alert(1))', 'a link of an unknown kind'],
  ['[link](http://example.com)', 'a link of an unknown kind'],
  ['[link](data:text/html,x)', 'a link of an unknown kind'],
])('a page with %j is not built', (markdown, what) => {
  expect(() => render(markdown)).toThrow(`docs/runbooks/Down.md has ${what}, which is not rendered`);
});

test('a page begins with its title', () => {
  expect(() => toPage('docs/runbooks/Down.md', 'Down\n')).toThrow('does not begin with its title');
  expect(toPage('docs/runbooks/Down.md', '# A & `b`\n\nWords.\n')).toEqual({
    title: 'A & `b`',
    html: '<p>Words.</p>\n',
  });
});

test('code and tables are text, whatever is in them', () => {
  expect(render('```sh\necho "<b>" & \'x\'\n```')).toBe(
    '<pre><code class="language-sh">echo &quot;&lt;b&gt;&quot; &amp; &#39;x&#39;\n</code></pre>\n',
  );
  expect(render('| a "b" | c |\n| --- | --- |\n| `<i>` | 2 |')).toBe(
    `<table><thead><tr><th scope="col">a &quot;b&quot;</th><th scope="col">c</th></tr></thead>
<tbody>
<tr><td data-label="a &#34;b&#34;"><span><code>&lt;i&gt;</code></span></td><td data-label="c"><span>2</span></td></tr>
</tbody></table>
`,
  );
});

test('links lead to pages that are served, and name what is not', () => {
  expect(render('[Up](Up.md) [guide](../websocket.md#a-b) [p](https://example.com/?a=1&b)')).toBe(
    '<p><a href="../runbooks/Up">Up</a> <a href="../docs/websocket#a-b">guide</a> <a href="https://example.com/?a=1&#38;b">p</a></p>\n',
  );
  expect(
    render('[The template](wiring/http.yaml) [`docs/wiring/`](wiring) [up](#up)', 'docs/alerts.md'),
  ).toBe(
    '<p>The template (<code>docs/wiring/http.yaml</code>) <code>docs/wiring/</code> <a href="#up">up</a></p>\n',
  );
});
