import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A mail as its reader sees it. */
export type ArrivedMail = { to: string; subject: string; text: string };

export type SmtpStandIn = Awaited<ReturnType<typeof openSmtpStandIn>>;

/** A mail server on this machine that takes every mail and keeps it. */
export async function openSmtpStandIn() {
  const mails: ArrivedMail[] = [];
  const news = new EventEmitter();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    serve(socket, (mail) => {
      mails.push(mail);
      news.emit("mail");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    /** Waits until so many have arrived for somebody, and gives them in order. */
    async arrived(to: string, count: number): Promise<ArrivedMail[]> {
      for (;;) {
        const found = mails.filter((mail) => mail.to === to);
        if (found.length >= count) return found;
        await once(news, "mail");
      }
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function serve(socket: Socket, keep: (mail: ArrivedMail) => void): void {
  let unread = "";
  let to = "";
  let isData = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  socket.setEncoding("utf8");
  say("220 stand-in");
  socket.on("data", (text: string) => {
    unread += text;
    for (;;) {
      const ending = isData ? "\r\n.\r\n" : "\r\n";
      const end = unread.indexOf(ending);
      if (end < 0) return;
      const part = unread.slice(0, end);
      unread = unread.slice(end + ending.length);
      if (isData) {
        isData = false;
        keep({ to, ...readMail(part) });
        say("250 kept");
      } else if (/^DATA/i.test(part)) {
        isData = true;
        say("354 go on");
      } else {
        const recipient = /^RCPT TO:<(.*?)>/i.exec(part)?.[1];
        if (recipient !== undefined) to = recipient;
        say(/^QUIT/i.test(part) ? "221 bye" : "250 well");
      }
    }
  });
}

function readMail(source: string): { subject: string; text: string } {
  const [head = "", ...rest] = source.split("\r\n\r\n");
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const header = (name: string) =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const body = rest.join("\r\n\r\n").replace(/^\.\./gm, ".");
  return {
    subject: decodeWords(header("subject") ?? ""),
    text: decode(body, header("content-transfer-encoding") ?? "7bit"),
  };
}

function decode(body: string, encoding: string): string {
  if (/base64/i.test(encoding)) return Buffer.from(body, "base64").toString("utf8");
  return /quoted-printable/i.test(encoding) ? unquote(body.replace(/=\r\n/g, "")) : body;
}

/** Words of a header that are not plain ASCII, by RFC 2047. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_whole, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString("utf8")
        : unquote(word.replaceAll("_", " ")),
    );
}

function unquote(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
