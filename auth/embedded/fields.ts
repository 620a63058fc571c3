import { z } from "zod";
import { cleanName } from "@/shared/person-name";
import {
  checkNewPassword,
  cleanEmail,
  findCredentialProblem,
  PASSWORD_UNITS_MAX,
} from "./credentials";

/** The fields of requests, each with the rule that forms use too. */

const GOOD = { name: "Name", email: "name@example.org", password: "long enough" };

export const nameField = z
  .string()
  .refine((name) => findCredentialProblem("sign-up", { ...GOOD, name }) === null)
  .transform((name) => cleanName(name));

export const emailField = z
  .string()
  .transform(cleanEmail)
  .refine((email) => findCredentialProblem("sign-up", { ...GOOD, email }) === null);

export const newPasswordField = z
  .string()
  .refine((password) => checkNewPassword(password, {}) === null);

/** One that is only compared. */
export const passwordField = z.string().min(1).max(PASSWORD_UNITS_MAX);

/** A token out of a link, or an id of ours. */
export const tokenField = z.string().min(1).max(200);
