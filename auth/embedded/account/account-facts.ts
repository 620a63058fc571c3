/** What `GET /api/auth/account` answers; see `describeAccount` of `account-routes.ts`. */
export type AccountFacts = {
  id: string;
  name: string;
  email: string;
  imageUrl: string | null;
  role: "owner" | "admin" | "member";
  createdAt: number;
  isEmailVerified: boolean;
  hasTwoFactor: boolean;
  hasPassword: boolean;
  /** The services elsewhere that sign in to it. */
  providers: string[];
  isLastOwner: boolean;
  canSendMail: boolean;
};

/** One of `GET /api/auth/sessions`. */
export type DeviceSession = {
  id: string;
  userAgent: string | null;
  createdAt: number;
  lastActiveAt: number;
  isCurrent: boolean;
};
