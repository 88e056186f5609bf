import { Readable } from 'node:stream';
import { Timestamp } from 'firebase-admin/firestore';
import type { DocumentSnapshot } from 'firebase-admin/firestore';
import { pagesOf, userCollections, userFolder } from './collections.js';
import type { Exported, UserCollection } from './collections.js';
import type { ArchiveDependencies, Bucket } from './dependencies.js';
import type { ZipEntry } from './zip.js';

const README = `This archive holds what QuikThread keeps of you.

index.json    what is in the archive: how many documents in which file, and each file's bytes
*.json        documents, an array each; times are ISO 8601 in UTC
files/        your recordings, as far as they are kept, and in files/jobs/ what was made of them:
              transcribe.json has each word with its time, in seconds from the recording's start

Left out are access tokens and other secrets, and the operators' own records of errors.
`;

/** What an archive came to hold, for its index. */
interface Contents {
  readonly documents: Record<string, number>;
  readonly files: Record<string, number>;
  /** Folders in Storage that go with the documents. */
  readonly folders: string[];
}

/**
 * Everything of a user, as the files of an archive: the documents of every collection that has some for them,
 * then the files. Each is read when its turn comes; of documents, memory holds a page.
 */
export async function* archiveOf(
  { db, bucket, clock }: ArchiveDependencies,
  userId: string,
): AsyncGenerator<ZipEntry> {
  const contents: Contents = { documents: {}, files: {}, folders: [userFolder(userId)] };
  yield text('README.txt', README);
  for (const collection of userCollections) {
    const { exported } = collection;
    if (!exported) continue;
    const pages = pagesOf(db, collection, userId);
    const content = Readable.from(documentsOf(pages, collection, exported, contents));
    yield { name: `${exported.file}.json`, content, compress: true };
  }
  yield* filesIn(await bucket(), userId, contents);
  const { documents, files } = contents;
  yield text('index.json', toJson({ userId, createdAt: clock(), documents, files }));
}

function text(name: string, content: string): ZipEntry {
  return { name, content: Readable.from([Buffer.from(content)]), compress: true };
}

/** A JSON array of the documents, in pieces. */
async function* documentsOf(
  pages: AsyncIterable<readonly DocumentSnapshot[]>,
  { folder }: UserCollection,
  exported: Exported,
  { documents, folders }: Contents,
): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const page of pages) {
    for (const snapshot of page) {
      if (folder) folders.push(folder(snapshot.id));
      if (!snapshot.exists) continue;
      const json = toJson(await exportedDocument(snapshot, exported));
      yield Buffer.from(`${count === 0 ? '[' : ','}\n${json}`);
      count += 1;
    }
  }
  yield Buffer.from(count === 0 ? '[]\n' : '\n]\n');
  documents[`${exported.file}.json`] = count;
}

async function exportedDocument(
  snapshot: DocumentSnapshot,
  { fields, below }: Exported,
): Promise<Record<string, unknown>> {
  const data = Object.entries(snapshot.data() ?? {});
  const shown = data.filter(([name]) => fields === 'all' || fields.includes(name));
  const document: Record<string, unknown> = { id: snapshot.id, ...Object.fromEntries(shown) };
  for (const name of below) {
    const { docs } = await snapshot.ref.collection(name).get();
    document[name] = docs.map((child) => ({ id: child.id, ...child.data() }));
  }
  return document;
}

async function* filesIn(
  bucket: Bucket,
  userId: string,
  { files, folders }: Contents,
): AsyncGenerator<ZipEntry> {
  const own = userFolder(userId);
  for (const prefix of folders) {
    const [found] = await bucket.getFiles({ prefix });
    for (const file of found) {
      // An export holds no export.
      if (file.name.startsWith(`${own}exports/`)) continue;
      const name = `files/${file.name.startsWith(own) ? file.name.slice(own.length) : file.name}`;
      files[name] = Number(file.metadata.size);
      yield { name, content: file.createReadStream(), compress: name.endsWith('.json') };
    }
  }
}

function toJson(value: unknown): string {
  return JSON.stringify(withIsoTimes(value));
}

function withIsoTimes(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toDate().toISOString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(withIsoTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, withIsoTimes(v)]));
}
