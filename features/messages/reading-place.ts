/** Where somebody was reading in a conversation: a message, and how far below the log's top it began. */
export type ReadingPlace = { seq: number; sentAt: number; offset: number };

const PLACES_MAX = 200;

/**
 * Remembers, for as long as the page lives, where each conversation was left. One that was left at
 * its end is not remembered: it opens at its end again.
 */
export class ReadingPlaces {
  private readonly places = new Map<string, ReadingPlace>();

  find(conversationId: string): ReadingPlace | null {
    return this.places.get(conversationId) ?? null;
  }

  leave(conversationId: string, place: ReadingPlace | null): void {
    // Taken out first, so that the oldest entry is the one left longest ago.
    this.places.delete(conversationId);
    if (place === null) return;
    this.places.set(conversationId, place);
    if (this.places.size <= PLACES_MAX) return;
    for (const oldest of this.places.keys()) {
      this.places.delete(oldest);
      return;
    }
  }
}

export const readingPlaces = new ReadingPlaces();
