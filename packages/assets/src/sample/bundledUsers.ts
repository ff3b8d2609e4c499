import type { ApiSubscription, ApiUser } from "./ApiRow.ts"

type Person = readonly [
  id: string,
  createdAt: string,
  updatedAt: string,
  firstName: string,
  lastName: string,
  address: string,
  city: string | null,
  country: string,
  zipCode: string | null,
  email: string,
  birthDay: string,
  gender: string | null,
  isSmoking: boolean,
  profession: string,
  income: string | null
]

// biome-ignore format: a person on a line
const people: ReadonlyArray<Person> = [
  ["1", "2023-05-13T15:46:12.158Z", "2024-01-04T17:27:54.819Z", "Ada", "Lindqvist", "Limmatquai 12", "Zürich", "Switzerland", "8001", "ada.lindqvist@example.com", "1987-03-14", "female", false, "software engineer", "91500.00"],
  ["2", "2023-10-12T06:59:01.056Z", "2024-01-05T10:33:59.924Z", "Bruno", "Keller", "Seestrasse 240", "zurich", "Switzerland", "8038", "bruno.keller@posthaus.example", "1979-11-02", "male", true, "teacher", "68250.50"], // the city of user 1, to a human eye
  ["3", "2023-12-04T18:29:05.818Z", "2024-05-22T20:50:49.740Z", "Chiara", "Moretti", "Langstrasse 7", "ZÜRICH", "Switzerland", "8001", "chiara@kitebox.example", "1992-06-30", "female", false, "nurse", "59800.00"], // and once more
  ["4", "2023-02-27T21:19:01.503Z", "2023-03-15T00:06:07.745Z", "Dmitri", "Volkov", "Hafenweg 3", "Hamburg", "Germany", "20457", "d.volkov@fjordmail.example", "1968-01-19", "male", true, "ship's cook", "41020.75"],
  ["5", "2023-10-20T20:39:49.235Z", "2024-05-21T22:57:43.407Z", "Esme", "Thornton", "18 Mill Lane", null, "Ireland", "D02 XY45", "esme.thornton@example.org", "1995-09-08", "female", false, "translator", "38900.00"], // no city
  ["6", "2023-09-09T12:00:31.919Z", "2024-04-15T12:53:05.253Z", "Farid", "Haddad", "5 rue des Lilas", "Lyon", "France", null, "farid.haddad@lumen.example", "1983-12-25", "male", false, "baker", "33100.10"], // no zip code
  ["7", "2024-02-21T08:41:40.458Z", "2024-09-29T10:25:19.597Z", "Greta", "Nyström", "Storgatan 41", "Göteborg", "Sweden", "41138", "greta.nystrom@fjordmail.example", "1974-04-17", null, false, "librarian", "44750.00"], // no gender
  ["8", "2022-03-17T20:35:10.725Z", "2022-12-25T23:21:35.552Z", "Hiro", "Tanaka", "2-11-3 Meguro", "Tokyo", "Japan", "153-0063", "hiro@kitebox.example", "1990-02-11", "male", false, "software engineer", null], // no income
  ["9", "2016-10-29T21:19:43.613Z", "2017-05-27T22:39:18.718Z", "Inês", "Carvalho", "Rua do Porto 88", "São João", "Portugal", "4050-012", "ines.carvalho@correio.example", "1986-07-21", "female", true, "architect", "52300.00"],
  ["10", "2023-08-18T15:30:46.408Z", "2023-12-07T19:32:41.699Z", "Jonas", "Weber", "Lindenstraße 9", "Hamburg", "Germany", "20457", "jonas.weber@posthaus.example", "1999-10-05", "male", false, "student", "9600.00"],
  ["11", "2023-11-04T20:25:59.296Z", "2024-08-25T22:30:13.358Z", "Kezia", "Okafor", "77 Orchard Close", "Bridport", "United States", "05734", "kezia.okafor@example.net", "1981-05-28", "female", false, "veterinarian", "88000.00"], // a zip code that is no number
  ["12", "2023-06-25T06:56:00.407Z", "2023-09-22T10:40:29.867Z", "Liam", "Archer", "410 Station Road", "Pocatello", "United States", "83202-2695", "liam.archer@northwind.example", "1963-08-16", "male", true, "driver, long haul", "47900.25"], // ZIP+4
  ["13", "2024-01-23T12:48:18.558Z", "2024-04-30T13:49:30.031Z", "Maeve", "Byrne", "3 Harbour Road", "Galway", "Ireland", "H91 AB12", "maeve.byrne@example.com", "1997-01-31", "female", false, "nurse", "42000.00"],
  ["14", "2023-12-10T10:10:39.910Z", "2024-02-05T12:24:47.479Z", "Nikhil", "Rao", "Flat 6, King's Row", "Leeds", "United Kingdom", "LS1 4AP", "nikhil.rao@lumen.example", "1988-11-11", "male", false, "accountant", "61250.00"],
  ["15", "2023-10-20T17:54:00.621Z", "2024-03-06T20:43:11.413Z", "Oona", "Virtanen", "Satamakatu 15", "Turku", "Finland", "20100", "oona.virtanen@fjordmail.example", "1993-03-03", "female", false, "teacher", "46800.00"], // has a username and a password
  ["16", "2023-05-19T17:54:28.136Z", "2023-08-01T20:23:49.617Z", "Paolo", "Ricci", "Via Roma 101", "L'Aquila", "Italy", "67100", "paolo.ricci@kitebox.example", "1971-06-09", "male", true, "carpenter", "36500.80"], // has them too
  ["17", "2023-11-15T07:08:44.049Z", "2024-01-21T09:51:55.569Z", "Quentin", "Marchand", "21 quai de Saône", "Lyon", "France", "69002", "q.marchand@lumen.example", "1985-08-24", "male", false, "notary", "97300.00"], // nobody writes to him
  ["18", "2023-10-23T16:34:25.850Z", "2023-12-22T20:09:28.602Z", "Rosa", "Delgado", "Calle del Sol 54", "Sevilla", "Spain", "41004", "rosa.delgado@correio.example", "1991-12-13", "female", true, "midwife", "39990.00"], // writes, and has never subscribed
  ["19", "2022-10-19T16:49:36.339Z", "2023-06-20T17:37:48.750Z", "Samir", "Aziz", "Tøyengata 30", "Oslo", "Norway", "0578", "samir.aziz@northwind.example", "1978-02-27", "male", false, "pilot", "103400.00"],
  ["20", "2023-10-25T19:09:43.654Z", "2024-02-25T23:34:07.660Z", "Tove", "Halvorsen", "Åsveien 2", null, "Norway", null, "tove@fjordmail.example", "2001-05-05", null, false, "student", null], // nothing but what she must tell
  ["21", "2022-10-03T19:46:21.222Z", "2023-07-09T21:52:43.484Z", "Ulrike", "Brandt", "Kirchgasse 1", "Köln", "Germany", "50667", "ulrike.brandt@posthaus.example", "1959-09-19", "female", false, "teacher", "58700.00"],
  ["22", "2023-11-13T08:07:05.701Z", "2024-05-22T11:45:30.208Z", "Víctor", "Silva", "Av. da Liberdade 200", "São João", "Portugal", "4050-012", "victor.silva@correio.example", "1984-04-04", "male", true, "software engineer", "55100.00"],
  ["23", "2024-01-18T10:48:47.380Z", "2024-09-04T11:22:37.293Z", "Wanda", "Nowak", "ul. Długa 8", "Gdańsk", "Poland", "80-831", "wanda.nowak@example.org", "1976-10-29", "female", false, "accountant", "40200.40"],
  ["24", "2023-12-28T14:49:09.290Z", "2024-01-20T15:05:58.736Z", "Xiomara", "Castro", "Calle 5 #21-08", "Cali", "Colombia", "760044", "xiomara.castro@example.com", "1994-07-07", "non-binary", false, "graphic designer", "27800.00"],
  ["25", "2023-02-01T16:16:10.177Z", "2023-02-06T16:39:42.217Z", "Yusuf", "Demir", "İstiklal Cd. 112", "İzmir", "Türkiye", "35250", "yusuf.demir@kitebox.example", "1982-01-06", "male", true, "baker", "24300.00"],
  ["26", "2023-10-19T18:34:07.610Z", "2024-02-16T20:14:40.145Z", "Zoë", "Visser", "Prinsengracht 500", "Amsterdam", "Netherlands", "1017 KE", "zoe.visser@northwind.example", "1996-11-23", "female", false, "translator", "51900.00"],
  ["27", "2023-09-29T10:21:06.321Z", "2024-07-15T14:02:11.098Z", "Amara", "Mensah", "14 Ring Road", "Accra", "Ghana", "GA-184-2231", "amara.mensah@example.net", "1989-03-18", "female", false, "nurse", "19850.00"],
  ["28", "2023-02-14T10:26:34.528Z", "2023-09-24T12:56:18.842Z", "Björn", "Larsen", "Strandvejen 66", "Aarhus", "Denmark", "8000", "bjorn.larsen@fjordmail.example", "1966-12-01", "male", false, "gardener", "45500.00"],
  ["29", "2023-09-29T19:35:28.361Z", "2024-07-18T20:56:23.879Z", "Célia", "Fontaine", "9 rue de l'Église", "Genève", "Switzerland", "1204", "celia.fontaine@lumen.example", "1998-08-08", "female", true, "software engineer", "87200.00"],
  ["30", "2023-06-20T09:24:47.625Z", "2023-11-13T09:31:33.764Z", "Dunja", "Petrović", "Obala 17", "Split", "Croatia", "21000", "dunja.petrovic@correio.example", "1980-05-15", "female", false, "archivist", "30600.00"]
]

type Subscription = readonly [
  userId: string,
  createdAt: string,
  startDate: string,
  endDate: string,
  status: ApiSubscription["status"],
  amount: string
]

// biome-ignore format: a subscription on a line
const subscriptions: ReadonlyArray<Subscription> = [
  ["1", "2023-11-20T18:19:25.364Z", "2023-12-01T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["2", "2024-01-08T09:26:39.607Z", "2024-01-10T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["3", "2024-02-14T12:37:50.324Z", "2024-02-15T00:00:00.000Z", "2024-08-15T00:00:00.000Z", "Inactive", "12.50"],
  ["4", "2023-06-01T13:30:14.382Z", "2023-06-01T13:30:14.382Z", "2024-06-01T00:00:00.000Z", "Inactive", "149.00"],
  ["4", "2024-06-03T14:52:01.739Z", "2024-06-02T00:00:00.000Z", "2099-06-01T00:00:00.000Z", "Active", "159.00"], // the second of two, and created after it started
  ["5", "2024-03-01T08:30:35.840Z", "2024-03-01T08:30:35.840Z", "2099-12-31T00:00:00.000Z", "Active", "9.99"],
  ["6", "2024-01-22T07:15:00.391Z", "2024-01-22T07:15:00.391Z", "2024-04-22T00:00:00.000Z", "Inactive", "12.50"],
  ["8", "2022-09-09T16:49:16.759Z", "2022-09-10T00:00:00.000Z", "2023-09-10T00:00:00.000Z", "Inactive", "99.00"], // two subscriptions, one after the other
  ["8", "2023-09-11T16:03:13.204Z", "2023-09-11T16:03:13.204Z", "2099-12-31T00:00:00.000Z", "Active", "119.00"],
  ["9", "2017-03-30T18:03:52.118Z", "2017-04-01T00:00:00.000Z", "2019-04-01T00:00:00.000Z", "Active", "7.50"], // Active, and ended long ago
  ["10", "2024-02-20T13:11:29.632Z", "2024-01-15T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "4.99"], // created after it started
  ["11", "2023-12-12T12:46:48.068Z", "2023-12-12T12:46:48.068Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["12", "2024-01-02T08:02:15.507Z", "2024-01-02T08:02:15.507Z", "2025-01-02T00:00:00.000Z", "Inactive", "12.50"],
  ["12", "2024-05-05T13:09:50.223Z", "2024-05-05T13:09:50.223Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["13", "2024-02-29T18:40:53.465Z", "2024-03-01T00:00:00.000Z", "2025-03-01T00:00:00.000Z", "Rejected", "29.90"], // was never allowed in, and writes all the same
  ["14", "2024-03-03T20:22:23.206Z", "2024-03-10T00:00:00.000Z", "2024-03-01T00:00:00.000Z", "Active", "12.50"], // ends before it starts
  ["15", "2024-01-15T11:41:51.357Z", "2024-01-16T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["16", "2023-10-10T16:44:34.070Z", "2023-10-10T16:44:34.070Z", "2024-04-10T00:00:00.000Z", "Inactive", "74.95"],
  ["17", "2024-02-01T21:42:03.253Z", "2024-02-01T21:42:03.253Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["19", "2023-05-05T13:07:14.038Z", "2023-05-06T00:00:00.000Z", "2023-11-06T00:00:00.000Z", "Inactive", "12.50"], // writes long after it
  ["21", "2023-01-01T20:10:58.005Z", "2023-01-01T20:10:58.005Z", "2099-12-31T00:00:00.000Z", "Active", "0.00"], // free for life
  ["22", "2024-03-17T21:30:53.248Z", "2024-03-18T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["23", "2024-02-10T17:44:31.773Z", "2024-02-10T17:44:31.773Z", "2024-05-10T00:00:00.000Z", "Rejected", "12.50"],
  ["23", "2024-02-12T11:41:53.342Z", "2024-02-12T11:41:53.342Z", "2099-12-31T00:00:00.000Z", "Active", "12.50"],
  ["24", "2024-04-01T11:33:28.165Z", "2024-04-01T11:33:28.165Z", "2099-12-31T00:00:00.000Z", "Active", "9.99"],
  ["25", "2023-08-19T20:40:46.394Z", "2023-08-20T00:00:00.000Z", "2024-08-20T00:00:00.000Z", "Inactive", "99.00"],
  ["26", "2024-01-30T14:11:36.920Z", "2024-02-01T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"],
  ["27", "2024-03-25T14:40:16.523Z", "2024-03-25T14:40:16.523Z", "2099-12-31T00:00:00.000Z", "Active", "4.99"],
  ["28", "2023-07-07T13:59:34.747Z", "2023-07-07T13:59:34.747Z", "2099-12-31T00:00:00.000Z", "Active", "1049.00"],
  ["29", "2024-04-12T15:50:11.953Z", "2024-04-12T15:50:11.953Z", "2024-07-12T00:00:00.000Z", "Inactive", "37.50"],
  ["30", "2023-09-30T07:24:41.393Z", "2023-10-01T00:00:00.000Z", "2099-12-31T00:00:00.000Z", "Active", "29.90"]
]

/** Unexpected fields of some users, which the API added later. */
const logins: Readonly<Record<string, { readonly username: string; readonly password: string }>> = {
  "15": { username: "oona_v", password: "herring-42-lantern" },
  "16": { username: "pricci", password: "oak&chisel!" }
}

/**
 * Thirty invented people, with the flaws of real data: no city, zip code, gender or income; cities that differ only by case; no
 * subscription, two, one that ended long ago, one created after it started, one that ends before it starts.
 */
export const bundledUsers: ReadonlyArray<ApiUser> = people.map(
  ([id, createdAt, updatedAt, firstName, lastName, address, city, country, zipCode, email, birthDay, ...profile]) => {
    const [gender, isSmoking, profession, income] = profile
    return {
      ...{ id, createdAt, updatedAt, firstName, lastName, address, city, country, zipCode, email },
      birthDate: `${birthDay}T00:00:00.000Z`,
      profile: { gender, isSmoking, profession, income },
      subscription: subscriptions
        .filter(([userId]) => userId === id)
        .map(([, createdAt, startDate, endDate, status, amount]) => ({ createdAt, startDate, endDate, status, amount })),
      ...logins[id]
    }
  }
)
