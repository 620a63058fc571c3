/**
 * Every bound of the engine in one place, with its unit in its name.
 * The figures of the first block are Convex's own, so that what runs here also runs there.
 */
export const limits = {
  documentsReadMax: 32_000,
  bytesReadMax: 16 * 1024 * 1024,
  indexRangesReadMax: 4_096,
  documentsWrittenMax: 16_000,
  bytesWrittenMax: 16 * 1024 * 1024,
  argumentBytesMax: 16 * 1024 * 1024,
  resultBytesMax: 16 * 1024 * 1024,
  nestedCallsDepthMax: 8,
  logLinesMax: 256,
  queryOperatorsMax: 256,
  /** Of an app, nested ones included. */
  componentsMax: 256,
  /** Further terms of a search are not looked for, as on Convex. */
  searchTermsMax: 16,
  searchFiltersMax: 8,
  searchResultsMax: 1_024,
  /** A run of letters and digits as long as this is no term. */
  searchTermBytesMax: 32,
  /** What one vector search gives, as on Convex. */
  vectorResultsDefault: 10,
  vectorResultsMax: 256,
  /** Documents that a vector search looks at before others have a turn. */
  vectorsPerSlice: 256,
  scheduledJobsMax: 1_000,
  scheduledArgumentBytesMax: 4 * 1024 * 1024,
  scheduledArgumentBytesTotalMax: 16 * 1024 * 1024,
  /** Into the past as well. */
  scheduledAheadMs: 5 * 366 * 24 * 3600 * 1000,
  scheduledResultsKeptMs: 7 * 24 * 3600 * 1000,
  requestRecordsKeptMs: 14 * 24 * 3600 * 1000,
  /** Looked at in one step, to forget the old ones among them. */
  requestSweepRows: 1_000,

  /** A query or mutation that has not settled by then is given up. */
  transactionWallMs: 5_000,
  /** The same, when it waits for nothing that the engine does for it. Convex's figure. */
  transactionIdleMs: 1_000,
  /** How long a turn of live queries waits for functions that wait. */
  slowQueryPatienceMs: 25,
  /** What a query that waits is told of changes meanwhile; with more it is run again in any case. */
  missedChangesMax: 10_000,
  actionWallMs: 10 * 60_000,
  /** Longer than any query or mutation. */
  schemaChangeWaitMs: 7_000,
  /** Editors write a file in several steps, and branches change many: one reload for all of them. */
  reloadSettleMs: 100,

  /**
   * A commit group closes at whichever comes first. Only what waits already is in a group, so that
   * long groups are a matter of overload: then the queries that many writes touch run once for all.
   */
  commitGroupMutationsMax: 2_048,
  commitGroupMs: 80,
  waitingMutationsMax: 20_000,

  /** How long commits stay in memory before they move into the tables: old snapshots live so long. */
  baseLagMs: 20_000,
  baseBatchWritesMax: 250,
  baseDrainMs: 1_000,
  baseDrainBatchWritesMax: 2_000,
  /** Under load commits move sooner, so that memory stays bounded. */
  overlayWritesMax: 20_000,
  /** Pages of 4 KiB in the write-ahead log, after which a commit has to move them itself. */
  walPagesMax: 4_000,
  /** A folder of so many pages of 4 KiB is looked through whole when it is opened. */
  checkedAtStartPagesMax: 2_048,

  /** Of a longer document the first so many different terms are found. */
  searchTermsPerDocumentMax: 4_096,
  /** Entries that one search looks at, shared out among its terms; of each the newest. */
  searchKeysReadMax: 16_384,

  /** Jobs that run at the same time. */
  runningJobsMax: 8,
  /** The wall clock may have been set: a wait is never longer than this before it is looked at. */
  clockCheckMs: 60_000,
  jobRetryMs: 100,
  jobRetryMaxMs: 30_000,
  jobErrorLengthMax: 16_384,
  cronsMax: 1_000,
  jobSweepMs: 3600 * 1000,
  jobSweepRowsMax: 250,

  fileBytesMax: 1024 * 1024 * 1024,
  /** What a function may hold of a file at once. */
  fileInMemoryBytesMax: 256 * 1024 * 1024,
  contentTypeLengthMax: 255,
  /** Of what functions are told; the rest is cut off. */
  userAgentLengthMax: 1_024,
  uploadTokenMs: 3600 * 1000,
  uploadsMax: 100,
  orphanFileAgeMs: 24 * 3600 * 1000,
  fileSweepMs: 24 * 3600 * 1000,
  fileSweepRowsMax: 100,

  /** What functions say is kept twice this long at most. */
  functionLogBytesMax: 4 * 1024 * 1024,
  functionLogPortionMax: 1024 * 1024,
  functionLogDelayMs: 200,

  /** A call that has ended the process is refused for so long, and its function after so many. */
  stuckCallKeptMs: 60 * 60 * 1_000,
  stuckCallsOfFunctionMax: 3,

  /** Of one `/api/query_batch`. */
  batchQueriesMax: 100,

  /** Larger frames end the connection; between the two, a request is refused with an answer. */
  socketFrameBytesMax: 32 * 1024 * 1024,
  socketMessageBytesMax: 17 * 1024 * 1024,
  /** Bytes on the wire before Connect, whatever they are. */
  socketBytesBeforeConnectMax: 64 * 1024,
  socketFragmentsMax: 1_024,
  socketBufferedChunksMax: 4_096,
  /** The session stops reading at these; a little more may have arrived by then. */
  socketInboxMessagesMax: 2_000,
  socketHeldBytesMax: 4 * 1024 * 1024,
  socketQueriesMax: 4_096,
  /** Of the arguments of all open queries of a connection, where it has several. */
  socketQueryArgsMax: 4 * 1024 * 1024,
  /** So many evaluations, and everybody else has a turn: about ten milliseconds. */
  refreshRunsMax: 128,
  socketMutationsMax: 1_000,
  socketActionsMax: 100,
  socketUnsentTransitionsMax: 2,
  socketUnsentBytesMax: 1024 * 1024,
  /** How long a client that comes back has for sending its requests again, before its first results. */
  socketGatherMs: 20,
  socketStalledMs: 30_000,
  socketIdleMs: 120_000,
  /** A stock client may have to wait for its first token before it says Connect. */
  socketConnectMs: 60_000,
  socketsBeforeConnectMax: 2_000,
  socketControlFramesPerSecond: 10,
  socketControlFramesBurst: 100,
  /** More than a peer within these can leave unread until it counts as stalled. */
  socketPendingPongsMax: 1_000,
  pingIntervalMs: 15_000,
  livenessCheckMs: 5_000,
  transitionChunkBytes: 5 * 1024 * 1024,
} as const;
