// How fast this machine could be: one socket library, one SQLite, nothing in between.
//
// It keeps the promises that cost: a message is durable before anybody sees it (one synced commit for all that wait),
// and everybody in the room gets the whole page of the newest thirty, serialised once and pushed once per commit.
// It has no queries, no identities, no functions, no reconnect: it is a yardstick and not a server.
import { createServer } from "node:http";
import Database from "better-sqlite3";
import { type WebSocket, WebSocketServer } from "ws";

const PAGE_SIZE = 30;

interface Message {
  _id: string;
  _creationTime: number;
  room: string;
  author: string;
  body: string;
}

interface Room {
  page: Message[];
  sockets: Set<WebSocket>;
}

const [, , file = "", port = "0"] = process.argv;
const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, message TEXT NOT NULL)");
const append = database.prepare("INSERT INTO log (message) VALUES (?)");
const appendAll = database.transaction((messages: Message[]) => {
  for (const message of messages) append.run(JSON.stringify(message));
});

const rooms = new Map<string, Room>();
let waiting: Message[] = [];
let sequence = 0;

function roomOf(name: string): Room {
  let room = rooms.get(name);
  if (room === undefined) {
    room = { page: [], sockets: new Set() };
    rooms.set(name, room);
  }
  return room;
}

function flush(): void {
  const messages = waiting;
  waiting = [];
  appendAll(messages);
  const touched = new Set<Room>();
  for (const message of messages) {
    const room = roomOf(message.room);
    room.page.unshift(message);
    if (room.page.length > PAGE_SIZE) room.page.length = PAGE_SIZE;
    touched.add(room);
  }
  for (const room of touched) {
    const bytes = Buffer.from(JSON.stringify({ page: room.page }));
    for (const socket of room.sockets) socket.send(bytes, { binary: false });
  }
}

const server = createServer((_request, response) => response.end("ok"));
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 64 * 1024 });
sockets.on("connection", (socket, request) => {
  const name = new URL(request.url ?? "/", "http://localhost").searchParams.get("room") ?? "";
  const room = roomOf(name);
  room.sockets.add(socket);
  socket.send(JSON.stringify({ page: room.page }));
  socket.on("message", (data) => {
    const { author, body } = JSON.parse(data.toString()) as { author: string; body: string };
    sequence += 1;
    const _id = String(sequence).padStart(32, "0");
    // Everything that arrives in one turn of the loop shares one commit.
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ _id, _creationTime: Date.now(), room: name, author, body });
  });
  socket.on("close", () => room.sockets.delete(socket));
});
server.listen(Number(port), "127.0.0.1");
process.once("SIGTERM", () => process.exit(0));
