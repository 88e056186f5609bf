import assert from 'node:assert/strict';
import type { Firestore, Query } from 'firebase-admin/firestore';
import { AggregateField, FieldPath, Filter } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { startHarness } from './harness.js';

const CITIES: Record<string, object> = {
  berlin: { country: 'de', people: 3700, tags: ['capital', 'big'], mayor: null },
  hamburg: { country: 'de', people: 1900, tags: ['port', 'big'] },
  bonn: { country: 'de', people: 330, tags: [] },
  paris: { country: 'fr', people: 2100, tags: ['capital'], area: { km2: 105.4 } },
  nice: { country: 'fr', people: 340.5, tags: ['port'] },
  unknown: { country: 'xx', people: 'many' },
};

describe('queries, through firebase-admin', () => {
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
    const batch = db.batch();
    for (const [id, city] of Object.entries(CITIES)) batch.set(db.doc(`cities/${id}`), city);
    batch.set(db.doc('archive/old/cities/rome'), { country: 'it', people: 1 });
    await batch.commit();
  });
  after(() => harness.stop());

  const cities = (): Query => db.collection('cities');
  const ids = async (query: Query): Promise<string[]> =>
    (await query.get()).docs.map((document) => document.id);

  it('orders by name when nothing else is asked', async () => {
    assert.deepEqual(await ids(cities()), Object.keys(CITIES).sort());
  });

  it('filters by equality, range and inequality, within the type of the value', async () => {
    assert.deepEqual(await ids(cities().where('country', '==', 'fr')), ['nice', 'paris']);
    assert.deepEqual(await ids(cities().where('people', '>', 340)), [
      'nice',
      'hamburg',
      'paris',
      'berlin',
    ]);
    assert.deepEqual(await ids(cities().where('people', '>=', 'a')), ['unknown']);
    assert.deepEqual(await ids(cities().where('country', '!=', 'de')), [
      'nice',
      'paris',
      'unknown',
    ]);
    assert.deepEqual(await ids(cities().where('area.km2', '>', 100)), ['paris']);
  });

  it('knows in, not-in, the array operators and null', async () => {
    assert.deepEqual(await ids(cities().where('country', 'in', ['it', 'fr'])), ['nice', 'paris']);
    assert.deepEqual(await ids(cities().where('country', 'not-in', ['de', 'xx'])), [
      'nice',
      'paris',
    ]);
    assert.deepEqual(await ids(cities().where('tags', 'array-contains', 'port')), [
      'hamburg',
      'nice',
    ]);
    const either = cities().where('tags', 'array-contains-any', ['capital', 'port']);
    assert.deepEqual(await ids(either), ['berlin', 'hamburg', 'nice', 'paris']);
    assert.deepEqual(await ids(cities().where('mayor', '==', null)), ['berlin']);
    assert.deepEqual(await ids(cities().where('mayor', '!=', null)), []);
  });

  it('refuses lists that are too long', async () => {
    const list = Array.from({ length: 31 }, (_, index) => index);
    await assert.rejects(cities().where('people', 'in', list).get(), { code: 3, message: /30/ });
    await assert.rejects(cities().where('people', 'not-in', list).get(), {
      code: 3,
      message: /10/,
    });
  });

  it('combines filters with and and or', async () => {
    const query = cities().where(
      Filter.or(
        Filter.where('country', '==', 'fr'),
        Filter.and(Filter.where('country', '==', 'de'), Filter.where('people', '<', 400)),
      ),
    );
    assert.deepEqual(await ids(query.orderBy('people')), ['bonn', 'nice', 'paris']);
  });

  it('orders across types and leaves out documents without the field', async () => {
    assert.deepEqual(await ids(cities().orderBy('people', 'desc')), [
      'unknown',
      'berlin',
      'paris',
      'hamburg',
      'nice',
      'bonn',
    ]);
    assert.deepEqual(await ids(cities().orderBy('area.km2')), ['paris']);
    assert.deepEqual(await ids(cities().orderBy('country', 'desc').orderBy('people')), [
      'unknown',
      'nice',
      'paris',
      'bonn',
      'hamburg',
      'berlin',
    ]);
  });

  it('pages by cursors, limits and offsets', async () => {
    const ordered = cities().where('country', '==', 'de').orderBy('people');
    assert.deepEqual(await ids(ordered.limit(2)), ['bonn', 'hamburg']);
    assert.deepEqual(await ids(ordered.limitToLast(2)), ['hamburg', 'berlin']);
    assert.deepEqual(await ids(ordered.offset(1).limit(1)), ['hamburg']);
    const hamburg = await db.doc('cities/hamburg').get();
    assert.deepEqual(await ids(ordered.startAt(hamburg)), ['hamburg', 'berlin']);
    assert.deepEqual(await ids(ordered.startAfter(hamburg)), ['berlin']);
    assert.deepEqual(await ids(ordered.endBefore(hamburg)), ['bonn']);
    assert.deepEqual(await ids(ordered.endAt(1900)), ['bonn', 'hamburg']);
    assert.deepEqual(await ids(cities().orderBy(FieldPath.documentId()).startAfter('nice')), [
      'paris',
      'unknown',
    ]);
    assert.deepEqual(await ids(cities().where(FieldPath.documentId(), 'in', ['bonn', 'nice'])), [
      'bonn',
      'nice',
    ]);
  });

  it('selects fields', async () => {
    const [paris] = (
      await cities().where('country', '==', 'fr').select('area.km2').get()
    ).docs.slice(1);
    assert.deepEqual(paris?.data(), { area: { km2: 105.4 } });
  });

  it('looks through a collection group at any depth', async () => {
    const query = db.collectionGroup('cities').where('people', '<', 340);
    assert.deepEqual(await ids(query), ['rome', 'bonn']);
  });

  it('counts, sums and averages, leaving out what is not a number', async () => {
    const result = await cities()
      .aggregate({
        count: AggregateField.count(),
        sum: AggregateField.sum('people'),
        average: AggregateField.average('people'),
      })
      .get();
    const sum = 3700 + 1900 + 330 + 2100 + 340.5;
    assert.deepEqual(result.data(), { count: 6, sum, average: sum / 5 });
    assert.equal((await cities().limit(2).count().get()).data().count, 2);
  });

  it('leaves a document that lacks an aggregated field out of all aggregates', async () => {
    const result = await cities()
      .aggregate({ count: AggregateField.count(), none: AggregateField.average('nothing') })
      .get();
    assert.deepEqual(result.data(), { count: 0, none: null });
  });
});
