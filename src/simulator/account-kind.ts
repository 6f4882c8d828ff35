/** What each kind of account may do, and how often in a day (protocol notes 3.2, 5, 6, 7, 10). */
import { Schema } from "effect"

/**
 * `verified`: a service account with 微信认证 · `unverified`: a service account without · `personal`: a personal account ·
 * `test`: the test account (测试号) of a developer.
 */
export const AccountKind = Schema.Literals(["verified", "unverified", "personal", "test"])
export type AccountKind = typeof AccountKind.Type

export interface AccountRights {
  /** Customer-service messages and typing; else 48001 (notes 6). */
  readonly mayPush: boolean
  /** The custom menu by API; else 48001 (notes 7). */
  readonly mayHaveMenu: boolean
  /** The test account knows plain messages only (notes 10). */
  readonly mayEncrypt: boolean
  /** Calls a day by path; past that 45009. A path that is not here is not counted. */
  readonly callsPerDay: { readonly [path: string]: number }
}

const callsPerDay = {
  "/cgi-bin/token": 2000,
  "/cgi-bin/stable_token": 500_000,
  "/cgi-bin/message/custom/send": 500_000,
  "/cgi-bin/menu/create": 1000,
  "/cgi-bin/menu/get": 10_000,
  "/cgi-bin/menu/delete": 1000
} as const

const testCallsPerDay = {
  ...callsPerDay,
  "/cgi-bin/token": 200,
  "/cgi-bin/message/custom/send": 50_000,
  "/cgi-bin/menu/create": 100,
  "/cgi-bin/menu/get": 1000,
  "/cgi-bin/menu/delete": 100
} as const

const rights: { readonly [kind in AccountKind]: AccountRights } = {
  verified: { mayPush: true, mayHaveMenu: true, mayEncrypt: true, callsPerDay },
  unverified: { mayPush: false, mayHaveMenu: true, mayEncrypt: true, callsPerDay },
  personal: { mayPush: false, mayHaveMenu: false, mayEncrypt: true, callsPerDay },
  test: { mayPush: true, mayHaveMenu: true, mayEncrypt: false, callsPerDay: testCallsPerDay }
}

export const rightsOf = (kind: AccountKind): AccountRights => rights[kind]

/** Whether a call is refused with 48001. */
export const mayCall = (kind: AccountKind, path: string): boolean => {
  const { mayPush, mayHaveMenu } = rightsOf(kind)
  if (path.startsWith("/cgi-bin/message/custom/")) return mayPush
  return mayHaveMenu || !path.startsWith("/cgi-bin/menu/")
}
