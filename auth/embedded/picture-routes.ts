import { z } from "zod";
import { answerJson, refuse, refuseHaste } from "./answers";
import { tokenField } from "./fields";
import { action, findCaller, type IdentityRoute, type RouteCall } from "./route";

const PICTURE_BYTES_MAX = 1_000_000;
/** In base64, within a JSON object. */
const BODY_BYTES_MAX = Math.ceil((PICTURE_BYTES_MAX * 4) / 3) + 100;

/** One's own picture, and everybody's for who is signed in. */
export const pictureRoutes: Record<string, IdentityRoute> = {
  picture: { method: "GET", answer: readPicture },
  "picture/set": {
    ...action(z.object({ image: z.base64() }), setPicture),
    bodyBytesMax: BODY_BYTES_MAX,
  },
  "picture/remove": action(null, async (call) => {
    const caller = await findCaller(call);
    if (caller instanceof Response) return caller;
    const { identity } = call.options;
    identity.pictures.remove(caller.person.id);
    await identity.setImage(caller.person.id, null);
    return answerJson({ imageUrl: null });
  }),
};

async function setPicture(call: RouteCall, { image }: { image: string }): Promise<Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const { id } = caller.person;
  // Drawing costs processor time, so every picture counts like a wrong password.
  const subject = `picture ${id}`;
  const waitMs = call.limiter.take(subject);
  if (waitMs > 0) return refuseHaste(Math.ceil(waitMs / 1000));
  const { identity } = call.options;
  const pictureId = await identity.pictures.set(id, Buffer.from(image, "base64"));
  if (pictureId === null) return refuse(400, "NO_PICTURE");
  const imageUrl = `/api/auth/picture?id=${pictureId}`;
  await identity.setImage(id, imageUrl);
  return answerJson({ imageUrl });
}

async function readPicture(call: RouteCall): Promise<Response> {
  const caller = await findCaller(call);
  if (caller instanceof Response) return caller;
  const id = tokenField.safeParse(call.request.query.get("id"));
  const bytes = id.success ? call.options.identity.pictures.read(id.data) : null;
  if (bytes === null) return refuse(404, "NOT_FOUND");
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": "image/webp",
      // Its id names this one picture for ever; only this browser may keep it.
      "cache-control": "private, max-age=31536000, immutable",
      "content-security-policy": "default-src 'none'",
    },
  });
}
