import assert from 'node:assert/strict';
import { compileRules } from '../../emulators/rules/compile.js';
import { requestOf, type Plain, type PlainRequest } from '../../emulators/rules/fixtures.js';
import { readRules } from './environment.js';

const MEGABYTE = 1024 * 1024;

/** Decides without an emulator, which would want the 500 MB that one of these cases is about. */
async function permits(request: PlainRequest): Promise<boolean> {
  const { ruleset, issues } = compileRules(readRules('storage.rules'), 'firebase.storage');
  assert.deepEqual(issues, []);
  assert.ok(ruleset);
  return (await ruleset.evaluate(requestOf(request))).permit;
}

interface UploadCase {
  readonly name?: string;
  readonly size?: number;
  readonly contentType?: string | null;
  readonly resource?: Plain;
}

function uploading(upload: UploadCase): PlainRequest {
  const { name = 'talk.mp3', size = MEGABYTE, contentType = 'audio/mpeg' } = upload;
  return {
    method: 'create',
    path: `b/bucket/o/users/u1/uploads/${name}`,
    auth: { uid: 'u1' },
    resource: upload.resource ?? null,
    requestResource: { size, contentType },
  };
}

describe('storage.rules on uploads', () => {
  const rows: readonly (readonly [title: string, upload: UploadCase, allowed: boolean])[] = [
    ['1 MB', { size: MEGABYTE }, true],
    ['a byte less than 1 MB', { size: MEGABYTE - 1 }, false],
    ['500 MB', { size: 500 * MEGABYTE }, true],
    ['a byte more than 500 MB', { size: 500 * MEGABYTE + 1 }, false],
    ['a file over another', { resource: { size: MEGABYTE } }, false],
    ...[
      ...['audio/mpeg', 'audio/mp3', 'audio/mp4', 'audio/x-m4a', 'audio/wav', 'audio/x-wav'],
      ...[
        'audio/webm',
        'audio/webm;codecs=opus',
        'audio/webm; codecs=opus',
        'video/mp4',
        'video/webm',
      ],
    ].map((contentType) => [contentType, { contentType }, true] as const),
    ...[
      'audio/ogg',
      'video/quicktime',
      'text/html',
      'audio/mpegx',
      'application/mp4',
      '',
      null,
    ].map((contentType) => [`type ${String(contentType)}`, { contentType }, false] as const),
    ...['a.mp3', 'a.MP4', 'a-1_b.c.m4a', 'A.wav', '0.webm', `${'a'.repeat(196)}.mp3`].map(
      (name) => [name, { name }, true] as const,
    ),
    ...['.mp3', '-a.mp3', 'a b.mp3', 'a.ogg', 'a', 'mp3', 'a.mp3.exe', 'é.mp3', 'a%2fb.mp3'].map(
      (name) => [name, { name }, false] as const,
    ),
    ['a name of 201 characters', { name: `${'a'.repeat(197)}.mp3` }, false],
  ];
  for (const [title, upload, expected] of rows) {
    it(`${expected ? 'take' : 'refuse'} ${title}`, async () => {
      assert.equal(await permits(uploading(upload)), expected);
    });
  }

  it('leave what is uploaded unchanged', async () => {
    const request = uploading({ resource: { size: MEGABYTE } });
    assert.equal(await permits({ ...request, method: 'update' }), false);
  });
});
