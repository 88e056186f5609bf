import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addDays, calendarOf, lastDays } from './calendar.js';

const HOUR_MS = 3600 * 1000;
const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
const instants = fc.date({
  min: new Date('2020-01-01'),
  max: new Date('2035-01-01'),
  noInvalidDate: true,
});

describe('a calendar', () => {
  it('knows the day of an instant east and west of UTC', () => {
    const instant = new Date('2026-12-31T23:30:00Z');
    assert.equal(calendarOf('UTC').dayOf(instant), '2026-12-31');
    assert.equal(calendarOf('Asia/Tokyo').dayOf(instant), '2027-01-01');
    assert.equal(calendarOf('Pacific/Kiritimati').dayOf(instant), '2027-01-01');
    assert.equal(calendarOf('America/Los_Angeles').dayOf(instant), '2026-12-31');
  });

  it('begins days where the zone does, half hours included', () => {
    const starts = (zone: string, day: string) => calendarOf(zone).startOf(day).toISOString();
    assert.equal(starts('UTC', '2026-11-21'), '2026-11-21T00:00:00.000Z');
    assert.equal(starts('Asia/Kolkata', '2026-11-21'), '2026-11-20T18:30:00.000Z');
    assert.equal(starts('Asia/Kathmandu', '2027-01-01'), '2026-12-31T18:15:00.000Z');
    assert.equal(starts('Pacific/Kiritimati', '2026-11-21'), '2026-11-20T10:00:00.000Z');
    assert.equal(starts('Pacific/Pago_Pago', '2026-11-21'), '2026-11-21T11:00:00.000Z');
  });

  it('gives days of 23 and 25 hours where clocks change', () => {
    const hours = (zone: string, day: string) => {
      const { startOf } = calendarOf(zone);
      return (startOf(addDays(day, 1)).getTime() - startOf(day).getTime()) / HOUR_MS;
    };
    assert.equal(hours('Europe/Paris', '2026-03-29'), 23);
    assert.equal(hours('Europe/Paris', '2026-10-25'), 25);
    assert.equal(hours('America/New_York', '2026-03-08'), 23);
    assert.equal(hours('Australia/Lord_Howe', '2026-04-05'), 24.5);
    // Clocks that change at midnight: a day that begins at one, and one whose last hour comes twice.
    assert.equal(hours('America/Sao_Paulo', '2018-11-04'), 23);
    assert.equal(hours('America/Sao_Paulo', '2019-02-16'), 25);
  });

  it('gives a day that a zone left out no time', () => {
    const { startOf } = calendarOf('Pacific/Apia');
    assert.deepEqual(startOf('2011-12-30'), startOf('2011-12-31'));
  });

  it('holds every instant between the start of its day and that of the next', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const { dayOf, startOf } = calendarOf(zone);
        const day = dayOf(instant);
        const start = startOf(day);
        assert.ok(start <= instant && instant < startOf(addDays(day, 1)));
        assert.equal(dayOf(start), day);
        assert.ok(dayOf(new Date(start.getTime() - 1)) < day);
      }),
      { numRuns: 300 },
    );
  });

  it('counts back over the end of a year', () => {
    const now = new Date('2027-01-02T03:00:00Z');
    assert.deepEqual(lastDays(calendarOf('America/New_York'), now, 3), [
      '2026-12-30',
      '2026-12-31',
      '2027-01-01',
    ]);
  });
});
