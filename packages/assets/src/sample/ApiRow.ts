/**
 * Users and messages in the API's form: all values are strings except `profile.isSmoking`, times are ISO 8601 in UTC with
 * milliseconds and `Z`.
 */
export interface ApiUser {
  readonly id: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly firstName: string
  readonly lastName: string
  readonly address: string
  readonly city: string | null
  readonly country: string
  readonly zipCode: string | null
  readonly email: string
  readonly birthDate: string
  readonly profile: ApiProfile
  readonly subscription: ReadonlyArray<ApiSubscription>
  /** Two unexpected fields of some users, which the API added later. */
  readonly username?: string
  readonly password?: string
}

export interface ApiProfile {
  readonly gender: string | null
  readonly isSmoking: boolean
  readonly profession: string
  readonly income: string | null
}

export interface ApiSubscription {
  readonly createdAt: string
  readonly startDate: string
  readonly endDate: string
  readonly status: "Active" | "Inactive" | "Rejected"
  readonly amount: string
}

export interface ApiMessage {
  readonly id: string
  readonly createdAt: string
  readonly message: string
  readonly receiverId: string
  readonly senderId: string
}
