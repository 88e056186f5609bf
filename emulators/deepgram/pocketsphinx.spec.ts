import assert from 'node:assert/strict';
import { wordsOfSegmentation } from './pocketsphinx.js';

/** A line of `pocketsphinx_batch -hypseg` output: its head, `frame score score word`…, last frame. */
const line = (segments: string, lastFrame: number) =>
  `chunk S 0 T -13109408 A -13106176 L -3232 ${segments} ${lastFrame}`;

describe('pocketsphinx segmentations', () => {
  it('become words with times, without variants, silences and sentence marks', () => {
    const words = wordsOfSegmentation(
      line(
        '0 -291840 0 <s> 18 -382976 -160 i 29 -323584 -265 had 46 -911360 -275 one 66 -904192 -243 and(2) ' +
          '80 -70000 -9 <sil> 104 -1840128 -400 two 134 -1369088 -183 hundred(2) 324 -1738752 -154 </s>',
        334,
      ),
    );
    assert.deepEqual(
      words.map(({ word, start, end }) => [word, start, end]),
      [
        ['i', 0.18, 0.29],
        ['had', 0.29, 0.46],
        ['one', 0.46, 0.66],
        ['and', 0.66, 0.8],
        ['two', 1.04, 1.34],
        ['hundred', 1.34, 3.24],
      ],
    );
    assert.ok(words.every(({ confidence }) => confidence > 0.2 && confidence < 1));
  });

  it('are empty where noise models took most of the time', () => {
    const segments = '0 -1 0 <s> 10 -1 0 [SPEECH] 90 -3000000 -1 if 120 -1 0 [NOISE] 200 -1 0 </s>';
    assert.deepEqual(wordsOfSegmentation(line(segments, 210)), []);
  });

  it('are empty where a long chunk has hardly a word', () => {
    const segments = '0 -1 0 <s> 10 -9000000 0 to 300 -9000000 -1 do 600 -1 0 </s>';
    assert.deepEqual(wordsOfSegmentation(line(segments, 610)), []);
  });

  it('keep a single short word', () => {
    const segments = '0 -1 0 <s> 10 -900000 0 yes 50 -1 0 </s>';
    assert.equal(wordsOfSegmentation(line(segments, 60))[0]?.word, 'yes');
  });

  it('are empty for an empty line', () => {
    assert.deepEqual(wordsOfSegmentation('chunk'), []);
  });
});
