"use client";

import dynamic from "next/dynamic";

/** The embedded service's rooms for owners and admins, each loaded when it is opened. */
export const PeoplePanel = dynamic(() =>
  import("./embedded/admin/people-panel").then((room) => room.PeoplePanel),
);
export const InvitationsPanel = dynamic(() =>
  import("./embedded/admin/invitations-panel").then((room) => room.InvitationsPanel),
);
export const FiguresPanel = dynamic(() =>
  import("./embedded/admin/figures-panel").then((room) => room.FiguresPanel),
);
export const AuditPanel = dynamic(() =>
  import("./embedded/admin/audit-panel").then((room) => room.AuditPanel),
);
