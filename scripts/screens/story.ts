// Who talks to whom about what in the pictures of the screens. Everything is made up.
import type { PastMessage } from "../history/write-history";

/** A Wednesday afternoon; server and browser believe that it is now. */
export const NOW_MS = Date.UTC(2026, 10, 25, 15, 40);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The first one is whose screens are seen. */
export const PEOPLE = [
  "Maya Lindqvist",
  "Jonas Weber",
  "Priya Raman",
  "Tomás Rivera",
  "Aiko Tanaka",
  "Layla Haddad",
  "Noah Okafor",
  "Sofia Rossi",
  "דנה לוי",
  "Emil Novák",
] as const;

export interface Story {
  /** Members besides the first person; two or more make a group. */
  with: string[];
  group?: string;
  unread?: number;
  lines: Line[];
}

/** Days before today, the time, who, and what; `more` for what became of it. */
type Line = [day: number, time: string, who: string, text: string, more?: More];
type More = Omit<PastMessage, "senderId" | "content" | "sentAt" | "reactions"> & {
  reactions?: [emoji: string, ...who: string[]][];
};

export const STORIES: Story[] = [
  {
    with: ["Jonas"],
    lines: [
      [6, "20:11", "Jonas", "Are we still on for the Harz this weekend?"],
      [6, "20:14", "Maya", "Yes! Train at 7:42 from platform 5"],
      [6, "20:15", "Jonas", "7:42. In the morning. On a Saturday."],
      [6, "20:15", "Maya", "☕", { reactions: [["😂", "Jonas"]] }],
      [1, "18:02", "Jonas", "The photos are done. You were right about the fog"],
      [1, "18:06", "Maya", "I *told* you it would clear by noon"],
      [1, "18:07", "Maya", "Send the one with the dog please"],
      [1, "18:20", "Jonas", "There were **four** dogs", { answers: 1 }],
      [0, "09:31", "Jonas", "Morning! Did you see the plan for the workshop?"],
      [
        0,
        "09:40",
        "Maya",
        "Just reading it. I would move the break to 11, people need the hour before it",
      ],
      [0, "09:41", "Jonas", "Good point. And the room?", {}],
      [0, "09:43", "Maya", "Upstairs has the better light, downstairs the better coffee"],
      [
        0,
        "09:44",
        "Jonas",
        "Upstairs then, and I carry the coffee",
        { reactions: [["🙌", "Maya"]] },
      ],
      [
        0,
        "15:02",
        "Maya",
        "I put everything in one place: https://example.org/workshop",
        { isEdited: true },
      ],
      [
        0,
        "15:21",
        "Jonas",
        "Perfect. Only this is left:\n```\nchairs  24\ntables   6\nlamps    2\n```",
      ],
      [0, "15:24", "Maya", "Chairs are done, lamps I bring from home 💡"],
      [0, "15:36", "Jonas", "You are the best"],
    ],
  },
  {
    with: ["Priya", "Tomás", "Aiko", "Sofia"],
    group: "Design review",
    unread: 3,
    lines: [
      [1, "11:02", "Priya", "New round of the onboarding is up. Be kind, be honest"],
      [1, "11:30", "Tomás", "The second step asks for three things at once. Can two of them wait?"],
      [1, "11:34", "Maya", "Agreed. Ask for the name, show the app, ask for the rest later"],
      [
        1,
        "11:40",
        "Priya",
        "Trying that. Give me an hour",
        { reactions: [["👍", "Tomás", "Maya", "Aiko"]] },
      ],
      [
        0,
        "10:15",
        "Aiko",
        "I tested it with five people: four found the way without a word from me",
      ],
      [0, "10:16", "Aiko", "The fifth looked for it under settings"],
      [0, "10:22", "Maya", "That is a good fifth. Let us put a way there too", { answers: 1 }],
      [0, "13:05", "Sofia", "この矢印、右から左の言語では逆ですよね？"],
      [0, "13:20", "Tomás", "Yes, mirrored since this morning"],
      [0, "13:21", "Tomás", "", { isDeleted: true }],
      [
        0,
        "15:10",
        "Priya",
        "@Maya Lindqvist can you look at the empty states? I would like to close this today",
      ],
      [
        0,
        "15:12",
        "Priya",
        "They are all in the gallery now",
        { reactions: [["🎉", "Aiko", "Sofia"]] },
      ],
      [0, "15:30", "Aiko", "Screenshots in both themes are there as well"],
    ],
  },
  {
    with: ["Layla"],
    unread: 1,
    lines: [
      [0, "14:48", "Maya", "How is the new flat?"],
      [0, "15:28", "Layla", "Full of boxes and light. Come by on Friday? مرحبا بكِ دائما"],
    ],
  },
  {
    with: ["Noah", "Emil", "Jonas"],
    group: "Flat 4B",
    lines: [
      [2, "08:10", "Emil", "Who has the key to the cellar?"],
      [2, "08:31", "Maya", "On the hook behind the door, as always"],
      [0, "12:40", "Noah", "Heating is back! 🔥"],
    ],
  },
  {
    with: ["דנה"],
    lines: [
      [0, "08:55", "דנה", "בוקר טוב! נפגשות ב־18:30 ליד הספרייה?"],
      [0, "09:02", "Maya", "Yes, see you at 18:30"],
    ],
  },
  {
    with: ["Tomás"],
    lines: [
      [1, "21:10", "Tomás", "Did the recipe work?"],
      [1, "21:44", "Maya", "It did. Half the salt next time, twice the lemon"],
    ],
  },
  {
    with: ["Priya", "Layla", "Noah"],
    group: "Lisbon in May",
    lines: [
      [3, "19:00", "Noah", "Flights are cheapest on the 12th"],
      [3, "19:22", "Layla", "12th works for me"],
      [3, "19:25", "Maya", "Booked. No way back now 🌞"],
    ],
  },
  {
    with: ["Sofia"],
    lines: [[5, "17:33", "Sofia", "Grazie mille! The book came today"]],
  },
  {
    with: ["Emil"],
    lines: [[9, "10:05", "Maya", "Thank you for the lamp, it is lovely"]],
  },
];

export function momentOf(day: number, time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const midnight = NOW_MS - (NOW_MS % DAY_MS);
  return midnight - day * DAY_MS + (hours * 60 + minutes) * MINUTE_MS;
}
