import { z } from "zod";
import { cleanName } from "@/shared/person-name";
import { cleanEmail, findCredentialProblem, PASSWORD_LENGTH_MAX } from "./credentials";

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
  .refine((password) => findCredentialProblem("sign-up", { ...GOOD, password }) === null);

/** One that is only compared. */
export const passwordField = z.string().min(1).max(PASSWORD_LENGTH_MAX);

/** A token out of a link, or an id of ours. */
export const tokenField = z.string().min(1).max(200);
