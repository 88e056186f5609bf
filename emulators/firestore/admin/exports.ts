import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Database } from '../database.js';
import { fromDocumentMessage, toDocumentMessage } from '../grpc/documents.js';
import { documentType } from '../grpc/protos.js';
import { formatName, parseName } from '../model/path.js';
import { formatAsciiJson, fromJson, parseJson, toJson } from '../rest/protoJson.js';
import type { FirestoreService } from '../service.js';

const FORMAT = 'firestore-documents-1';

/** The file that names an export; the documents are in another file beside it. */
const metadataSchema = z.object({
  format: z.literal(FORMAT),
  /** The full name of the root of the database that was exported. */
  root: z.string(),
  documents: z.string(),
});

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
      const json = toJson(documentType, toDocumentMessage(database.id, document));
      yield `${formatAsciiJson(json)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(join(folder, 'documents.jsonl')));
  const root = formatName(database.id, '');
  const metadata: z.input<typeof metadataSchema> = {
    format: FORMAT,
    root,
    documents: 'documents.jsonl',
  };
  const file = join(folder, `${name}.overall_export_metadata`);
  await writeFile(file, `${JSON.stringify(metadata, undefined, 2)}\n`);
}

/**
 * Reads an export into the database that it was made of.
 * @throws Error where the file does not name an export of this program, as one of Google's does not.
 */
export async function importDocuments(service: FirestoreService, file: string): Promise<void> {
  const metadata = readMetadata(await readFile(file, 'utf8'));
  if (metadata === undefined) {
    throw new Error(`${file} is not an export of this emulator, which cannot read Google's.`);
  }
  const lines = createInterface({
    input: createReadStream(join(dirname(file), metadata.documents)),
    crlfDelay: Infinity,
  });
  const database = service.database(parseName(metadata.root));
  for await (const line of lines) {
    database.load([fromDocumentMessage(fromJson(documentType, parseJson(line)))]);
  }
}

function readMetadata(text: string): z.output<typeof metadataSchema> | undefined {
  try {
    return metadataSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
