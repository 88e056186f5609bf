import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureRecogniser, findRecogniser } from './recogniser.js';
import { findOnPath } from '../programs/run.js';

/** A machine whose programs are only those that a test puts on PATH. */
describe('ensureRecogniser', function () {
  this.timeout(60_000);
  const { PATH, WHISPER_MODEL } = process.env;
  let folder: string;
  let pocketsphinx: string;

  before(async () => {
    // Also puts pocketsphinx's model on this machine, which the specs below find where it is.
    await ensureRecogniser();
    pocketsphinx = (await findOnPath('pocketsphinx_batch')) ?? '';
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recogniser-spec-'));
    process.env['PATH'] = folder;
    delete process.env['WHISPER_MODEL'];
  });
  afterEach(async () => {
    process.env['PATH'] = PATH;
    if (WHISPER_MODEL !== undefined) process.env['WHISPER_MODEL'] = WHISPER_MODEL;
    await rm(folder, { recursive: true });
  });

  const program = async (name: string, script: string) => {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  };
  const fakeSudo = () => program('sudo', 'shift; case "$1" in *=*) shift;; esac; exec "$@"');

  it('says in one line what to install where it cannot', async () => {
    await assert.rejects(ensureRecogniser(), (error: Error) => {
      assert.match(error.message, /^No speech recogniser: .*apt-get install pocketsphinx/);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
  });

  it('says why apt-get could not', async () => {
    await program('true', 'exit 0');
    await fakeSudo();
    await program('apt-get', 'echo "E: Unable to locate package" >&2; exit 100');
    await assert.rejects(ensureRecogniser(), /\(E: Unable to locate package\)$/);
  });

  it('installs pocketsphinx, with fresh package lists where the first try fails', async function () {
    if (pocketsphinx === '') this.skip();
    await program('true', 'exit 0');
    await fakeSudo();
    await program(
      'apt-get',
      `echo "$1 $DEBIAN_FRONTEND" >> ${folder}/log
       if [ "$1" = update ]; then : > ${folder}/updated; exit 0; fi
       [ -e ${folder}/updated ] && /bin/ln -s ${pocketsphinx} ${folder}/pocketsphinx_batch`,
    );
    assert.match((await ensureRecogniser()).id, /^pocketsphinx/);
    const calls = (await readFile(join(folder, 'log'), 'utf8')).trim().split('\n');
    assert.deepEqual(
      calls.map((call) => call.split(' ')[0]),
      ['install', 'update', 'install'],
    );
  });

  it('prefers whisper-cli where a model is there, and reads what it writes', async () => {
    if (pocketsphinx !== '') await symlink(pocketsphinx, join(folder, 'pocketsphinx_batch'));
    const heard = {
      result: { language: 'en' },
      transcription: [{ tokens: [{ text: ' Hello.', p: 0.9, offsets: { from: 0, to: 500 } }] }],
    };
    await program(
      'whisper-cli',
      `for last; do :; done; echo '${JSON.stringify(heard)}' > $last.json`,
    );
    process.env['WHISPER_MODEL'] = join(folder, 'ggml-base.en.bin');
    await writeFile(process.env['WHISPER_MODEL'], '');
    const recogniser = await findRecogniser();
    assert.equal(recogniser?.id, 'whisper-ggml-base.en-1');
    const { signal } = new AbortController();
    const chunk = join(folder, 'chunk.wav');
    const [recognition] = await recogniser.recognise([chunk], { language: 'en-US', signal });
    assert.equal(recognition?.words[0]?.word, 'hello');
    delete process.env['WHISPER_MODEL'];
  });
});
