import assert from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { unzip } from '../../testing/unzip.js';
import { writeZip } from './zip.js';
import type { ZipEntry } from './zip.js';

const never = new AbortController().signal;

function entry(name: string, content: Readable | string): ZipEntry {
  const readable = typeof content === 'string' ? Readable.from([Buffer.from(content)]) : content;
  return { name, content: readable, compress: true };
}

async function pack(entries: AsyncIterable<ZipEntry>): Promise<ReadonlyMap<string, Buffer>> {
  const target = new PassThrough();
  const [archive] = await Promise.all([buffer(target), writeZip(entries, target, never)]);
  return unzip(archive);
}

/** A stream that gives one piece and then fails. */
function failing(error: Error): Readable {
  let pieces = 0;
  return new Readable({
    read() {
      pieces += 1;
      if (pieces === 1) this.push('some');
      else this.destroy(error);
    },
  });
}

describe('writeZip', () => {
  it('packs every entry, empty ones too, in order', async () => {
    const files = await pack(
      Readable.from([entry('a.txt', 'first'), entry('b/c.txt', Readable.from([]))]),
    );
    assert.deepEqual(
      [...files].map(([name, content]) => [name, content.toString()]),
      [
        ['a.txt', 'first'],
        ['b/c.txt', ''],
      ],
    );
  });

  it('packs nothing into an archive without entries', async () => {
    assert.equal((await pack(Readable.from([]))).size, 0);
  });

  it('asks for an entry when the one before was read, and holds little of a large one', async () => {
    const piece = Buffer.alloc(64 * 1024);
    let given = 0;
    let written = 0;
    let most = 0;
    function* pieces() {
      for (let i = 0; i < 512; i += 1) {
        given += piece.length;
        yield piece;
      }
    }
    async function* entries(): AsyncGenerator<ZipEntry> {
      yield { ...entry('large', Readable.from(pieces())), compress: false };
      assert.equal(given, 512 * piece.length);
      yield await Promise.resolve(entry('small', 'small'));
    }
    const slow = new Writable({
      write(chunk: Buffer, _encoding, done) {
        most = Math.max(most, given - written);
        written += chunk.length;
        setImmediate(done);
      },
    });
    await writeZip(entries(), slow, never);
    assert.ok(most < 8 * 1024 * 1024, `${most} bytes were held`);
  });

  it('fails with what an entry failed with, and leaves no target open', async () => {
    const broken = new Error('broken');
    const target = new PassThrough().resume();
    const entries = Readable.from([entry('a', 'a'), entry('b', failing(broken))]);
    await assert.rejects(writeZip(entries, target, never), broken);
    assert.ok(target.destroyed);
  });

  it('fails with what the target failed with, and closes the entry', async () => {
    const full = new Error('full');
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(16 * 1024));
      },
    });
    const target = new Writable({
      write(_chunk, _encoding, done) {
        done(full);
      },
    });
    await assert.rejects(writeZip(Readable.from([entry('a', endless)]), target, never), full);
    assert.ok(endless.destroyed);
  });

  it('fails with the reason that it is told to stop for', async () => {
    const stop = new AbortController();
    const reason = new Error('the job was cancelled');
    const waiting = new Readable({
      read() {
        stop.abort(reason);
      },
    });
    const target = new PassThrough().resume();
    await assert.rejects(
      writeZip(Readable.from([entry('a', waiting)]), target, stop.signal),
      reason,
    );
    assert.ok(waiting.destroyed && target.destroyed);
  });
});
