import { Schema } from "effect"

/** No phone has this openid. */
export class PhoneUnknown extends Schema.TaggedError<PhoneUnknown>()("PhoneUnknown", {}) {
  override get message(): string {
    return "no phone of the simulated WeChat has this openid"
  }
}

/** The phone does not follow the account, so it cannot talk to it. */
export class PhoneNotFollowing extends Schema.TaggedError<PhoneNotFollowing>()("PhoneNotFollowing", {}) {
  override get message(): string {
    return "this phone does not follow the account"
  }
}

/** The phone follows the account already. */
export class PhoneFollowing extends Schema.TaggedError<PhoneFollowing>()("PhoneFollowing", {}) {
  override get message(): string {
    return "this phone follows the account already"
  }
}

export type ActError = PhoneUnknown | PhoneNotFollowing | PhoneFollowing
