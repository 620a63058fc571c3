import { Example, Group } from "./example";

// Whole class names, since styles are made from what stands in the sources. `tokens.test.ts` holds these
// lists to `app/globals.css`.
export const COLORS = [
  ["bg", "bg-bg"],
  ["surface", "bg-surface"],
  ["rail", "bg-rail"],
  ["raised", "bg-raised"],
  ["line", "bg-line"],
  ["hover", "bg-hover"],
  ["ink", "bg-ink"],
  ["muted", "bg-muted"],
  ["faint", "bg-faint"],
  ["accent", "bg-accent"],
  ["accent-strong", "bg-accent-strong"],
  ["on-accent", "bg-on-accent"],
  ["accent-soft", "bg-accent-soft"],
  ["mine", "bg-mine"],
  ["on-mine-muted", "bg-on-mine-muted"],
  ["theirs", "bg-theirs"],
  ["online", "bg-online"],
  ["online-ink", "bg-online-ink"],
  ["recent", "bg-recent"],
  ["danger", "bg-danger"],
  ["on-danger", "bg-on-danger"],
  ["danger-soft", "bg-danger-soft"],
  ["code", "bg-code"],
  ["scrim", "bg-scrim"],
] as const;

export const TYPE = [
  ["time", "text-time"],
  ["caption", "text-caption"],
  ["meta", "text-meta"],
  ["preview", "text-preview"],
  ["body", "text-body"],
  ["title", "text-title font-title"],
  ["screen", "text-screen font-title"],
] as const;

export const RADII = [
  ["row", "rounded-row"],
  ["bubble", "rounded-bubble"],
  ["composer", "rounded-composer"],
] as const;

export const SHADOWS = [
  ["bubble", "shadow-bubble"],
  ["float", "shadow-float"],
  ["composer", "shadow-composer"],
] as const;

export const MOTIONS = [
  ["rise", "animate-rise", "160 ms: one's own message comes into place"],
  ["appear", "animate-appear", "140 ms: menus, dialogs, badges"],
  ["mark", "animate-mark", "1.8 s: a message that was jumped to"],
  ["dot", "animate-dot", "1.2 s: somebody is typing"],
  ["pulse-soft", "animate-pulse-soft", "1.6 s: something is loading"],
] as const;

const SPACES = [4, 8, 12, 16, 20, 24, 32];

/** What everything is made of. */
export function Tokens() {
  return (
    <>
      <Group title="Colour">
        <div className="grid grid-cols-[repeat(auto-fill,minmax(92px,1fr))] gap-3">
          {COLORS.map(([name, className]) => (
            <Example key={name} label={name}>
              <div className={`${className} h-10 rounded-lg border border-line`} />
            </Example>
          ))}
        </div>
      </Group>
      <Group title="Type: Figtree, and the system's own for other scripts">
        {TYPE.map(([name, className]) => (
          <Example key={name} label={name} className={className}>
            Say it once, say it well · 0123456789 · שלום · こんにちは
          </Example>
        ))}
      </Group>
      <Group title="Space: steps of four">
        <div className="flex flex-wrap items-end gap-3">
          {SPACES.map((px) => (
            <Example key={px} label={`${px}`}>
              <div className="bg-accent" style={{ width: px, height: px }} />
            </Example>
          ))}
        </div>
      </Group>
      <Group title="Radius and shadow">
        <div className="grid grid-cols-3 gap-4">
          {RADII.map(([name, className]) => (
            <Example key={name} label={`radius ${name}`}>
              <div className={`${className} h-14 border border-line bg-surface`} />
            </Example>
          ))}
          {SHADOWS.map(([name, className]) => (
            <Example key={name} label={`shadow ${name}`}>
              <div className={`${className} h-14 rounded-row bg-raised`} />
            </Example>
          ))}
        </div>
      </Group>
      <Group title="Motion: none where less of it is asked for">
        <div className="grid grid-cols-2 gap-4">
          {MOTIONS.map(([name, className, text]) => (
            <Example key={name} label={`${name}, ${text}`}>
              <div
                className={`${className} size-10 rounded-xl bg-accent [animation-iteration-count:infinite]`}
              />
            </Example>
          ))}
        </div>
      </Group>
    </>
  );
}
