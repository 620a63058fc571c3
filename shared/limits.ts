/**
 * Every bound of the product's data, once, with its unit in its name. The functions enforce them; the
 * browser shows them early. Nothing here is secret and nothing may depend on being unknown.
 */

/** Longest message, in UTF-16 units, as `string.length` counts them. */
export const contentMaxUnits = 4000;
/** Longest preview of a message in a conversation list, in UTF-16 units. */
export const previewMaxUnits = 120;
export const clientMessageIdMaxUnits = 64;
export const personNameMaxUnits = 80;
/** Longest line that people say about themselves. */
export const statusMaxUnits = 100;
export const emailMaxUnits = 320;
export const imageUrlMaxUnits = 2048;
/** Longest identity subject that is accepted as a user id. */
export const userIdMaxUnits = 256;
export const groupNameMaxUnits = 80;
export const groupMembersMin = 2;
export const groupMembersMax = 256;
/** Longest id of a conversation: two user ids, the `_` between them and what keeps twins apart. */
export const conversationIdMaxUnits = 2 * userIdMaxUnits + 8;
/** How many members of a group are named in a conversation list; the rest are a number. */
export const listedMembersMax = 3;
/** Conversations of one person that lists and counts look at. */
export const conversationsPerUserMax = 1000;

/** Earlier contents of one message that are kept, the latest ones. */
export const editsKeptMax = 50;
/** People whom one person can block. */
export const blocksPerUserMax = 1000;

/** Longest text that goes with a report, in UTF-16 units. */
export const reportDetailsMaxUnits = 1000;
/** Reports of one person that wait for an admin. */
export const openReportsPerPersonMax = 50;
/** Reports that are closed in one transaction; what is left goes on in the next. */
export const reportsClosedAtOnceMax = 100;

export const pageItemsMax = 100;
/** Ids in one bulk call: users, messages or conversations. */
export const bulkIdsMax = 100;

export const emojiMaxUnits = 32;
export const reactionEmojisPerMessageMax = 20;
export const reactionsPerMessageMax = 1024;

export const searchMaxUnits = 80;
/** Conversations that one call of a search over all of them looks through. */
export const searchedConversationsMax = 10;
/** Hits after which such a call looks into no further conversation. */
export const searchHitsEnough = 30;
/** Messages of one conversation that such a call looks at. */
export const searchCandidatesMax = 32;
/** Messages that a search in one conversation looks at; what an index gives ends at 1,024. */
export const searchInConversationMax = 256;
/** Longest piece of a message that a hit shows, in UTF-16 units. */
export const searchExcerptMaxUnits = 160;
/** Words of a name under which its owner can be found. */
export const searchWordsPerNameMax = 6;

export const languageTagMaxUnits = 35;
export const tabIdMaxUnits = 64;
export const tabsPerUserMax = 20;
/** A tab silent for longer was killed: hidden tabs may beat only once a minute. */
export const presenceStaleMs = 90_000;

/** Two calls of `setTypingState` closer than this write once. */
export const typingWriteGapMs = 250;
/** Longer than any indicator lives; rows older than this are swept. */
export const typingSweepAgeMs = 60_000;
export const typingShownMax = 10;

/** Moves of a read mark that are remembered, so that "read at" stays exact for recent messages. */
export const readMovesKeptMax = 16;
/** Deleted unread messages that are counted one by one before the count falls back to a cap. */
export const unreadDeletedScanMax = 500;
/** The count an exact answer falls back to; screens show it as "99+". */
export const unreadFallbackMax = 100;

/** No token lives longer than this, so an ended session need not be remembered for longer. */
export const endedSessionKeptMs = 15 * 60_000;
export const endedSessionsKeptMax = 100;
/** Longest id of a session, the `sid` claim of its tokens. */
export const sessionIdMaxUnits = 128;

export const identityEventMaxBytes = 64 * 1024;
