/** A user as the API sends one. */
export const user = (changes: Readonly<Record<string, unknown>> = {}) => ({
  id: "1",
  createdAt: "2023-01-05T08:00:00.000Z",
  updatedAt: "2024-02-01T09:30:00.000Z",
  firstName: "Ada",
  lastName: "Byron",
  address: "12 St James's Square",
  city: "London",
  country: "United Kingdom",
  zipCode: "05734",
  email: "ada.byron@Analytical.Engine",
  birthDate: "1985-12-10T00:00:00.000Z",
  profile: { gender: "female", isSmoking: false, profession: "Mathematician", income: "93216.50" },
  subscription: [subscription()],
  ...changes
})

/** One element of a user's `subscription`. */
export const subscription = (changes: Readonly<Record<string, unknown>> = {}) => ({
  createdAt: "2023-01-05T08:00:00.000Z",
  startDate: "2023-01-06T00:00:00.000Z",
  endDate: "2024-01-06T00:00:00.000Z",
  status: "Active",
  amount: "14.90",
  ...changes
})

/** A message as the API sends one. */
export const message = (changes: Readonly<Record<string, unknown>> = {}) => ({
  id: "10",
  createdAt: "2023-06-01T10:00:00.000Z",
  message: "Dear Charles, about the engine",
  receiverId: "2",
  senderId: "1",
  ...changes
})
