/**
 * The words for generated people. All are invented, and every e-mail domain ends in a name that is reserved for examples (RFC
 * 2606). Words are kept in escaped form, as within a JSON string.
 */
const escape = (word: string): string => JSON.stringify(word).slice(1, -1)

export const firstNames = [
  ..."Ada Bruno Chiara Dmitri Esme Farid Greta Hiro Inês Jonas Kezia Liam Maeve Nikhil Oona Paolo Quentin Rosa".split(" "),
  ..."Samir Tove Ulrike Víctor Wanda Xiomara Yusuf Zoë Amara Björn Célia Dunja Emre Freya Gael Hanne Ivo Jana".split(" ")
]

/** ASCII only, since they begin the e-mail address. */
export const lastNames = [
  ..."Lindqvist Keller Moretti Volkov Thornton Haddad Nystrom Tanaka Carvalho Weber Okafor Archer Byrne Rao".split(" "),
  ..."Virtanen Ricci Marchand Delgado Aziz Halvorsen Brandt Silva Nowak Castro Demir Visser Mensah Larsen".split(" ")
]

export const streets = [
  ..."Mill Lane|Harbour Road|Rue des Lilas|Storgatan|Lindenstraße|Via Roma|Elm Street|Calle del Sol".split("|"),
  ...'King\'s Row|Rua do Porto|Åsvegen|Station Road, Flat 3|Orchard Close|Old "Corn" Market'.split("|")
].map(escape)

export const countries = [
  ..."Switzerland|Germany|Italy|Portugal|United States|Sweden|France|Spain|Norway|Japan|Ireland|Côte d'Ivoire".split("|")
]

export const emailDomains = [
  ..."example.com|example.org|example.net|posthaus.example|fjordmail.example|kitebox.example|lumen.example".split("|"),
  ..."northwind.example|mail.harbour.example|correio.example".split("|")
]

export const genders = ["female", "male", "female", "male", "female", "male", "non-binary"]

const cityRoots = [
  ..."Zü|São |Nord|Alt|Kings|Mar|Lin|Öst|San |Gran|Hel|Val|L'A|Brücken|Fair|Port |Stein|Wester|Kó|Ås".split("|")
]
const cityEndings = [
  ..."rich|haven|mark|dorf|ton|burg|field|bro|vik|ford|moor|stad|ville|wald|brunn|quila|sund|holm|mere|gate".split("|")
]

/** The name of city `k`, different for every `k`. */
export const city = (k: number): string => {
  const round = Math.floor(k / (cityRoots.length * cityEndings.length))
  const name = pick(cityRoots, k) + pick(cityEndings, Math.floor(k / cityRoots.length) + k)
  return escape(round === 0 ? name : `${name} ${round + 1}`)
}

/** Zip code `k`: five digits (with leading zeros), ZIP+4, or digits and letters; different for every `k` below 100,000. */
export const zipCode = (k: number): string => {
  const digits = String((k * 7919 + 5734) % 100_000).padStart(5, "0")
  if (k % 4 === 2) return `${digits}-${String((k * 2695) % 10_000).padStart(4, "0")}`
  if (k % 4 === 3) return `${digits.slice(0, 4)} ${"ABCDEFGHJK"[Number(digits[4])]}X`
  return digits
}

const ranks = "Junior |Senior |Lead |Chief |Assistant |Deputy |Trainee |Freelance ||Principal ".split("|")
const jobs = [
  ..."engineer|teacher|nurse|carpenter|translator|baker|analyst|gardener|pilot|accountant|électricienne".split("|"),
  ...'librarian|driver, "long haul"|R&D chemist|shepherd|welder|notary|midwife|archivist|ship\'s cook'.split("|")
]

/** The name of profession `k`, different for every `k`. */
export const profession = (k: number): string => {
  const round = Math.floor(k / (ranks.length * jobs.length))
  const name = pick(ranks, Math.floor(k / jobs.length) + 8) + pick(jobs, k)
  return escape(round === 0 ? name : `${name}, grade ${round + 1}`)
}

/** Parts of messages, with quotes, line breaks, tabs, backslashes, emoji and SQL. */
export const openings = [
  ...'Hello!|Good morning,|Hi there 👋|Quick question:|About yesterday:|Thanks!|"Urgent":|Привет!|こんにちは。'.split("|"),
  "Re: plans\n",
  "P.S.",
  "Sorry,"
].map(escape)

export const bodies = [
  "are we still on for lunch?",
  "the parcel has arrived.",
  "could you send me the notes from Tuesday? I was on the train and could not hear a word.",
  "my train is late again 🚆",
  "it's under C:\\temp\\new, I think",
  "item\tprice\nbread\t2.50",
  "see you at the harbour at eight; bring a coat.",
  'he said "no", and then he said "maybe".',
  "'); DROP TABLE messages; --",
  "call me when you can, please. It is about the flat in Lindenstraße, the one with the blue door.",
  "NULL",
  "👨‍👩‍👧‍👦 all well here."
].map(escape)

/** The word at an index, which wraps around. */
export const pick = (words: ReadonlyArray<string>, index: number): string => words[index % words.length] ?? ""
