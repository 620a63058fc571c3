import { httpRouter } from "convex/server";
import { receiveIdentityEvent } from "./identityEventsHttp";

const http = httpRouter();

http.route({ path: "/identity-events", method: "POST", handler: receiveIdentityEvent });

export default http;
