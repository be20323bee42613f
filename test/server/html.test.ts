import { expect, test } from 'vitest';
import { html } from '../../src/server/html.ts';

test('what is put in is escaped, and HTML is not escaped twice', () => {
  const item = html`<li title="${'"'}">${`<b>'&`}</li>`;
  expect(html`<ul>${[item, html`<li>${2}</li>`]}</ul>`.html).toBe(
    '<ul><li title="&quot;">&lt;b&gt;&#39;&amp;</li><li>2</li></ul>',
  );
});

test('control characters become visible, white space stays', () => {
  expect(html`${'a\u0000b\u001bc\u0085d\te\nf'}`.html).toBe('a\ufffdb\ufffdc\ufffdd\te\nf');
});
