/** A table that the engine keeps for itself: functions cannot write it. */
export interface SystemTable {
  name: string;
  /** Fixed for ever: ids carry it. A component's own gets a number as its other tables do. */
  number: number;
  /** Whether every component has one of its own, or one is for all. */
  isPerComponent: boolean;
  /** Whether `ctx.db.system` may read it. */
  isVisible: boolean;
  /** Indexes for the engine's own use; functions do not see them. */
  indexes: ReadonlyArray<{ name: string; fields: readonly string[] }>;
}

export const SYSTEM_TABLES: readonly SystemTable[] = [
  { name: "_storage", number: 9_001, isPerComponent: true, isVisible: true, indexes: [] },
  {
    name: "_scheduled_functions",
    number: 9_002,
    isPerComponent: true,
    isVisible: true,
    indexes: [
      { name: "by_state_and_time", fields: ["state.kind", "scheduledTime"] },
      { name: "by_completed_time", fields: ["completedTime"] },
    ],
  },
  { name: "_cron_jobs", number: 9_003, isPerComponent: false, isVisible: false, indexes: [] },
  {
    // Where the bytes of a row of _storage are, under the same id but for the table.
    name: "_file_blobs",
    number: 9_004,
    isPerComponent: false,
    isVisible: false,
    indexes: [
      { name: "by_key", fields: ["key"] },
      { name: "by_doomed_time", fields: ["doomedTime"] },
    ],
  },
];

export function isVisibleSystemTable(name: string): boolean {
  return SYSTEM_TABLES.some((table) => table.name === name && table.isVisible);
}
