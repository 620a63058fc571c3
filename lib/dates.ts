/**
 * Days and times as people read them: the clock's form (12 or 24 hours) and zone are the device's,
 * the words are those of the page's language.
 */

import { currentLanguage } from "./language";

const DAY_MS = 86_400_000;

/** The device's variant of the page's language, so that dates come in the order its owner is used to. */
function wordLocale(): string {
  const language = currentLanguage();
  const preferred = typeof navigator === "undefined" ? [] : navigator.languages;
  const own = preferred.find((tag) => tag.toLowerCase().split("-")[0] === language);
  return own ?? (language === "en" ? "en-GB" : language);
}

const FORMS = {
  time: { hour: "numeric", minute: "2-digit" },
  weekday: { weekday: "long" },
  shortWeekday: { weekday: "short" },
  date: { weekday: "short", day: "numeric", month: "long" },
  dateWithYear: { day: "numeric", month: "long", year: "numeric" },
  shortDate: { day: "numeric", month: "numeric", year: "2-digit" },
  mediumDate: { dateStyle: "medium" },
  full: { dateStyle: "full", timeStyle: "medium" },
  moment: { dateStyle: "medium", timeStyle: "short" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

type Form = keyof typeof FORMS;

let made: { zone: string; formatters: Map<Form, Intl.DateTimeFormat> } | null = null;

/** Tells zones apart by their winter and summer offsets: asking for the name costs as much as a formatter. */
function zoneMark(): string {
  const year = new Date().getFullYear();
  const offset = (month: number) => new Date(year, month, 1).getTimezoneOffset();
  return `${offset(0)} ${offset(6)}`;
}

/** Each is made once, since making one costs more than using it a thousand times; again in another zone. */
function format(form: Form, ms: number): string {
  const zone = zoneMark();
  if (made?.zone !== zone) made = { zone, formatters: new Map() };
  let formatter = made.formatters.get(form);
  if (!formatter) {
    // The clock's form is the device's, whatever the language.
    const locale = form === "time" ? undefined : wordLocale();
    formatter = new Intl.DateTimeFormat(locale, FORMS[form]);
    made.formatters.set(form, formatter);
  }
  return formatter.format(ms);
}

/** Midnight, on this device, of the day that contains a moment. */
export function startOfDay(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** How many local midnights lie between two moments; rounding absorbs the days of 23 and 25 hours. */
export function daysBetween(earlierMs: number, laterMs: number): number {
  return Math.round((startOfDay(laterMs) - startOfDay(earlierMs)) / DAY_MS);
}

/** The time of day: `14:32`. */
export function formatTime(ms: number): string {
  return format("time", ms);
}

/** The day with its year, short enough for a line of a list. */
export function formatDate(ms: number): string {
  return format("mediumDate", ms);
}

/** Day and time in full, for tooltips. */
export function formatFull(ms: number): string {
  return format("full", ms);
}

/** Day and time, short enough for a line of a list. */
export function formatMoment(ms: number): string {
  return format("moment", ms);
}

export type DayWords = { today: string; yesterday: string };

/** The heading of a day: today, yesterday, the weekday within a week, then the date, with its year if it is another. */
export function formatDay(ms: number, nowMs: number, words: DayWords): string {
  const days = daysBetween(ms, nowMs);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days > 1 && days < 7) return format("weekday", ms);
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear();
  return format(isThisYear ? "date" : "dateWithYear", ms);
}

/** When a chat was last used, as short as a list needs: the time today, then the day, then the date. */
export function formatListTime(ms: number, nowMs: number, words: DayWords): string {
  const days = daysBetween(ms, nowMs);
  if (days <= 0) return formatTime(ms);
  if (days === 1) return words.yesterday;
  return format(days < 7 ? "shortWeekday" : "shortDate", ms);
}
