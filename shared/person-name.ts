import { groupNameMaxUnits, personNameMaxUnits, statusMaxUnits } from "./limits";
import { cutText, isBlank } from "./message-text";

// Characters that turn the direction of the text around them: in a name they can make one person
// look like another, and they leak into the sentence that the name stands in.
const bidiControls = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
// What shows nothing and joins nothing: with it two people could go by names that look the same. The
// joiners and selectors of Persian, Indic scripts and emoji stay.
const unseen = /[\u00ad\u115f\u1160\u200b\u2060-\u2064\u3164\ufeff\uffa0]/gu;
const controlsAndSpaces = /[\p{Cc}\p{White_Space}]+/gu;
const loneSurrogates = /\p{Surrogate}/gu;
// Stacked combining marks paint over the lines above and below.
const excessMarks = /(\p{M}{8})\p{M}+/gu;

/** Makes a name safe to show: composed, one line, no direction tricks. Empty when nothing is left. */
export function cleanName(name: string, maxUnits: number = personNameMaxUnits): string {
  // Cut generously before the work and exactly after it, so that a huge name costs little.
  const cleaned = name
    .slice(0, maxUnits * 8)
    .replace(loneSurrogates, "")
    .normalize("NFC")
    .replace(bidiControls, "")
    .replace(unseen, "")
    .replace(controlsAndSpaces, " ")
    .replace(excessMarks, "$1")
    .trim();
  const cut = cutText(cleaned, maxUnits).trim();
  return isBlank(cut) ? "" : cut;
}

/**
 * The name a person goes by, else "Someone". Never a part of their address: that is nobody else's
 * business.
 */
export function personName(name: string | undefined): string {
  return cleanName(name ?? "") || "Someone";
}

/** One line of what somebody says about themselves; empty for none. */
export function cleanStatus(status: string): string {
  return cleanName(status, statusMaxUnits);
}

export function cleanGroupName(name: string): string {
  return cleanName(name, groupNameMaxUnits);
}

/** The form in which names and searches are compared: without case, accents told apart. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
