import { createWriteStream } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database } from '../database.js';
import { fromDocumentMessage, toDocumentMessage } from '../messages/documents.js';
import { documentType } from '../messages/protos.js';
import { formatName, parseName } from '../model/path.js';
import { formatAsciiJson, fromJson, parseJson, toJson } from '../rest/protoJson.js';
import type { FirestoreService } from '../service.js';

const FORMAT = 'firestore-documents-1';

/** The content of the file that names an export. */
interface Metadata {
  readonly format: typeof FORMAT;
  /** The full name of the root of the database that was exported. */
  readonly root: string;
  /** The file of the documents, in the same folder. */
  readonly documents: string;
}

/**
 * Writes a database's documents, as they are now, into the folder `name` of a directory: one line of
 * JSON for each (REST's form), and the file that names the export, called as the Firebase CLI expects.
 */
export async function exportDocuments(
  database: Database,
  directory: string,
  name: string,
): Promise<void> {
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  const documents = [...database.store.all()];
  const lines = function* (): Generator<string> {
    for (const document of documents) {
      const json = toJson(documentType(), toDocumentMessage(database.id, document));
      yield `${formatAsciiJson(json)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(join(folder, 'documents.jsonl')));
  const root = formatName(database.id, '');
  const metadata: Metadata = {
    format: FORMAT,
    root,
    documents: 'documents.jsonl',
  };
  const file = join(folder, `${name}.overall_export_metadata`);
  await writeFile(file, `${JSON.stringify(metadata, undefined, 2)}\n`);
}

/**
 * Reads an export into the database that it was made of.
 * @throws Error that names the file, where it does not name an export of this program, as one of Google's
 * does not, or where a document cannot be read.
 */
export async function importDocuments(service: FirestoreService, file: string): Promise<void> {
  const metadata = readMetadata(await readFile(file, 'utf8'));
  if (metadata === undefined) {
    throw new Error(`${file} is not an export of this emulator, which cannot read Google's.`);
  }
  const database = service.database(parseName(metadata.root));
  const path = join(dirname(file), metadata.documents);
  const documents = await open(path);
  let number = 0;
  for await (const line of documents.readLines()) {
    number += 1;
    try {
      database.load([fromDocumentMessage(fromJson(documentType(), parseJson(line)))]);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${path}:${number} is not a document: ${message}`, { cause });
    }
  }
}

function readMetadata(text: string): Metadata | undefined {
  try {
    const { format, root, documents } = JSON.parse(text) as Record<string, unknown>;
    const isOurs = format === FORMAT && typeof root === 'string' && typeof documents === 'string';
    return isOurs ? { format, root, documents } : undefined;
  } catch {
    return undefined;
  }
}
