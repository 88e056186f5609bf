import assert from 'node:assert/strict';
import { compileRules } from './compile.js';
import { coveragePage } from './coveragePage.js';
import { firestore, root } from './decide.js';
import { requestOf } from './fixtures.js';

describe('the page on coverage', () => {
  it('shows the source with the values of each expression, and escapes both', async () => {
    const source = firestore(
      `match /a/{id} { allow get: if id == '<b>&"' || resource.data.x; allow list: if id > 'é'; }`,
    );
    const { ruleset } = compileRules(source, 'cloud.firestore', '<my>.rules', {
      countsCoverage: true,
    });
    assert.ok(ruleset);
    for (const id of ['<b>&"', '1']) {
      await ruleset.evaluate(requestOf({ path: `${root}/a/${id}`, resource: { data: {} } }));
    }
    const page = coveragePage(ruleset.coverage());
    assert.ok(page.includes('<h1>&lt;my&gt;.rules</h1>'));
    const value = '{&quot;stringValue&quot;:&quot;&lt;b&gt;&amp;\\&quot;&quot;}: 1';
    const id = `Evaluated 2 times\n${value}\n{&quot;stringValue&quot;:&quot;1&quot;}: 1`;
    assert.ok(page.includes(`title="${id}">id</span> == '&lt;b&gt;&amp;&quot;'</span> || <span`));
    assert.match(page, /<span class="failed" title="[^"]*Property x is undefined[^"]*">/);
    assert.match(page, /<span class="never" title="Expression never evaluated"><span [^>]*>id</);
    const text = page.replace(/^[^]*<pre>|<\/pre>[^]*$|<[^>]*>/g, '');
    const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"');
    assert.equal(plain.replaceAll('&amp;', '&'), source);
  });

  it('says where no rules are in force', () => {
    assert.match(coveragePage({ rules: { files: [] } }), /There are no rules in force/);
  });
});
