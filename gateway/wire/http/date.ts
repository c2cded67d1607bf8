/** HTTP-date (RFC 9110 §5.6.7) and the timestamps of DAV:creationdate (RFC 3339). */

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const longDayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The four-digit years that both forms can hold: 0000-01-01T00:00:00Z to 9999-12-31T23:59:59Z. */
const earliestMs = -62_167_219_200_000;
const latestMs = 253_402_300_799_000;

/** Within what the forms can hold; a number that is none becomes the epoch. */
function clamp(epochMs: number): number {
  if (Number.isNaN(epochMs)) return 0;
  return Math.min(Math.max(epochMs, earliestMs), latestMs);
}

/** `00` to `99`. */
const twoDigits = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

interface Civil {
  readonly weekday: string;
  readonly year: string;
  /** 1 to 12. */
  readonly month: number;
  readonly date: string;
  /** `08:49:37`. */
  readonly time: string;
}

/** The parts of an instant in UTC; several times as fast as `Date`'s own text, since listings write two of them for each member. */
function civil(epochMs: number): Civil {
  const seconds = Math.floor(clamp(epochMs) / 1000);
  const days = Math.floor(seconds / 86_400);
  const inDay = seconds - days * 86_400;
  // Days since 0000-03-01: with the year starting in March, the leap day is its last.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const minutes = Math.floor(inDay / 60);
  return {
    weekday: dayNames[(((days + 4) % 7) + 7) % 7] ?? '',
    year: year >= 1000 ? String(year) : String(year).padStart(4, '0'),
    month,
    date: twoDigits[date] ?? '',
    time: `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[inDay % 60]}`,
  };
}

/** IMF-fixdate, the form that is sent: `Sun, 06 Nov 1994 08:49:37 GMT`. Fractions of a second are cut off. */
export function formatHttpDate(epochMs: number): string {
  const { weekday, date, month, year, time } = civil(epochMs);
  return `${weekday}, ${date} ${monthNames[month - 1]} ${year} ${time} GMT`;
}

/** RFC 3339 in whole seconds, as RFC 4918 §15.1 wants it: `1997-12-01T17:42:21Z`. */
export function formatTimestamp(epochMs: number): string {
  const { date, month, year, time } = civil(epochMs);
  return `${year}-${twoDigits[month]}-${date}T${time}Z`;
}

const imfFixdate = /^([A-Z][a-z]{2}), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const rfc850Date = /^([A-Z][a-z]{5,8}), (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const asctimeDate = /^([A-Z][a-z]{2}) ([A-Z][a-z]{2}) (\d{2}| \d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;

/**
 * Reads any of the three forms; the day of the week must be one, but is not checked against the date.
 *
 * @param nowMs the present, for the two-digit years of the second form: one that would be more than 50 years ahead is of the
 *   century before (RFC 9110 §5.6.7). Undefined: 70 to 99 are of the 20th century and 00 to 69 of the 21st
 * @returns milliseconds since the epoch; undefined when it is no date
 */
export function parseHttpDate(value: string, nowMs?: number): number | undefined {
  let match = imfFixdate.exec(value);
  if (match !== null) {
    const [, day, date, month, year, hour, minute, second] = match;
    return dayNames.includes(day ?? '') ? assemble(year, month, date, hour, minute, second) : undefined;
  }
  match = rfc850Date.exec(value);
  if (match !== null) {
    const [, day, date, month, year, hour, minute, second] = match;
    if (!longDayNames.includes(day ?? '')) return undefined;
    return assemble(String(fullYear(Number(year), nowMs)), month, date, hour, minute, second);
  }
  match = asctimeDate.exec(value);
  if (match === null) return undefined;
  const [, day, month, date, hour, minute, second, year] = match;
  return dayNames.includes(day ?? '') ? assemble(year, month, date, hour, minute, second) : undefined;
}

function fullYear(twoDigits: number, nowMs: number | undefined): number {
  if (nowMs === undefined) return twoDigits + (twoDigits >= 70 ? 1900 : 2000);
  const present = new Date(clamp(nowMs)).getUTCFullYear();
  const year = present - (present % 100) + twoDigits;
  return year > present + 50 ? year - 100 : year;
}

type Digits = string | undefined;

function assemble(year: Digits, month: Digits, date: Digits, hour: Digits, minute: Digits, second: Digits) {
  const monthIndex = monthNames.indexOf(month ?? '');
  const day = Number(date);
  if (monthIndex === -1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const instant = new Date(0);
  instant.setUTCFullYear(Number(year), monthIndex, day);
  // A day that the month does not have spills into the next one.
  if (day === 0 || instant.getUTCMonth() !== monthIndex) return undefined;
  // A leap second, which RFC 9110 §5.6.7 lets through, becomes the second before it.
  return instant.setUTCHours(Number(hour), Number(minute), Math.min(Number(second), 59));
}
