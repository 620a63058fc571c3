import { expect, it } from "vitest";
import { type Answer, deliver } from "./deliver";
import { Outbox } from "./outbox";

/** An outbox in memory, and a server whose answers the test gives. */
async function openPost() {
  const outbox = new Outbox("me", { openStore: async () => null, announce() {}, wait() {} });
  const sent: string[] = [];
  const answers: ((answer: Answer) => void)[] = [];
  const later: [ms: number, callback: () => void][] = [];
  const stop = deliver(outbox, {
    send: (item) => {
      sent.push(item.clientMessageId);
      return new Promise((resolve) => answers.push(resolve));
    },
    wait: (ms, callback) => later.push([ms, callback]),
  });
  await turns();
  return {
    ...{ outbox, sent, later, stop },
    write: (id: string, conversationId = "c") =>
      outbox.add({ clientMessageId: id, conversationId, content: id, createdAt: 0 }),
    async answer(answer: Answer) {
      answers.shift()?.(answer);
      await turns();
    },
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

it("sends one after the other in a conversation, and conversations beside each other", async () => {
  const post = await openPost();
  post.write("a");
  post.write("b");
  post.write("x", "d");
  expect(post.sent).toEqual(["a", "x"]);
  await post.answer({ kind: "stored" });
  expect(post.sent).toEqual(["a", "x", "b"]);
  expect(post.outbox.find("a")?.state).toEqual({ kind: "sent" });
});

it("lets nothing overtake a message that has to wait its turn", async () => {
  const post = await openPost();
  post.write("a");
  post.write("b");
  await post.answer({ kind: "later", afterMs: 40 });
  post.write("c");
  expect(post.sent).toEqual(["a"]);
  expect(post.later.map(([ms]) => ms)).toEqual([40]);
  post.later.shift()?.[1]();
  expect(post.sent).toEqual(["a", "a"]);
  await post.answer({ kind: "stored" });
  await post.answer({ kind: "stored" });
  await post.answer({ kind: "stored" });
  expect(post.sent).toEqual(["a", "a", "b", "c"]);
});

it("goes on after a refusal, and sends it again when it is asked to", async () => {
  const post = await openPost();
  post.write("a");
  post.write("b");
  await post.answer({ kind: "refused", reason: "Too long" });
  expect(post.outbox.find("a")?.state).toEqual({ kind: "failed", reason: "Too long" });
  await post.answer({ kind: "stored" });
  post.outbox.requeue("a", 9);
  await post.answer({ kind: "stored" });
  expect(post.sent).toEqual(["a", "b", "a"]);
  expect(post.outbox.waiting()).toEqual([]);
});

it("begins nothing when it is over", async () => {
  const post = await openPost();
  post.write("a");
  post.write("b");
  post.stop();
  await post.answer({ kind: "stored" });
  expect([post.sent, post.outbox.find("a")?.state.kind]).toEqual([["a"], "sent"]);
});
