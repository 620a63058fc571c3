import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

crons.interval("sweep typing states", { minutes: 1 }, internal.typingStates.sweep);
crons.interval("make older messages searchable", { minutes: 10 }, internal.search.resumeFill);

export default crons;
