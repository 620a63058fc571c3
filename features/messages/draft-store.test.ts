import { describe, expect, it } from "vitest";
import { DraftStore } from "./draft-store";
import { memoryStorage } from "./memory-storage";

describe("DraftStore", () => {
  it("keeps a draft with its person and conversation, over a reload", () => {
    const storage = memoryStorage();
    const drafts = new DraftStore(storage);
    drafts.write("ada", "c", "half a thou");
    const reloaded = new DraftStore(storage);
    expect(reloaded.read("ada", "c")).toBe("half a thou");
    expect(reloaded.read("ada", "d")).toBe("");
    expect(reloaded.read("bo", "c")).toBe("");
  });

  it("ids that contain the separator do not meet", () => {
    const drafts = new DraftStore(memoryStorage());
    drafts.write('a","b', "c", "one");
    expect(drafts.read("a", 'b","c')).toBe("");
  });

  it("leaves nothing behind when it is emptied, and tells of changes only", () => {
    const storage = memoryStorage();
    const drafts = new DraftStore(storage);
    let told = 0;
    drafts.subscribe(() => {
      told++;
    });
    drafts.write("ada", "c", "x");
    drafts.write("ada", "c", "x");
    drafts.write("ada", "c", "");
    expect(told).toBe(2);
    expect(storage.map.size).toBe(0);
  });

  it("keeps what was written here when another tab sends its own draft of the chat", () => {
    const storage = memoryStorage();
    const [here, there] = [new DraftStore(storage), new DraftStore(storage)];
    expect([here.read("ada", "c"), there.read("ada", "c")]).toEqual(["", ""]);
    here.write("ada", "c", "long and precious");
    there.write("ada", "c", "short");
    there.write("ada", "c", "");
    // As a page that goes saves once more, whatever it has.
    here.write("ada", "c", "long and precious");
    there.write("ada", "c", "");
    expect(new DraftStore(storage).read("ada", "c")).toBe("long and precious");
  });

  it("does not bring back what another tab has sent and this one had only read", () => {
    const storage = memoryStorage();
    new DraftStore(storage).write("ada", "c", "from before");
    const [here, there] = [new DraftStore(storage), new DraftStore(storage)];
    expect([here.read("ada", "c"), there.read("ada", "c")]).toEqual(["from before", "from before"]);
    there.write("ada", "c", "");
    here.write("ada", "c", "from before");
    expect(new DraftStore(storage).read("ada", "c")).toBe("");
  });

  it("works where storage is forbidden", () => {
    const deny = () => {
      throw new DOMException("denied", "SecurityError");
    };
    const drafts = new DraftStore({ getItem: deny, setItem: deny, removeItem: deny });
    drafts.write("ada", "c", "kept in memory");
    expect(drafts.read("ada", "c")).toBe("kept in memory");
  });

  it("remembers the caret, and nothing of somebody who has signed out", () => {
    const storage = memoryStorage();
    const drafts = new DraftStore(storage);
    drafts.write("ada", "c", "half a thought");
    drafts.writeCaret("ada", "c", 4);
    drafts.write("bo", "c", "stays");
    const reloaded = new DraftStore(storage);
    expect([reloaded.readCaret("ada", "c"), reloaded.readCaret("bo", "c")]).toEqual([4, 5]);
    reloaded.write("ada", "c", "abc");
    expect(reloaded.readCaret("ada", "c")).toBe(3);
    reloaded.clear("ada", [...storage.map.keys()]);
    reloaded.write("ada", "c", "a composer that is still open");
    expect([...storage.map.values()]).toEqual(["stays"]);
    reloaded.welcome("ada");
    reloaded.write("ada", "c", "back");
    expect(reloaded.read("ada", "c")).toBe("back");
  });
});
