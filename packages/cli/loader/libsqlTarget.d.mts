export declare function currentTarget(): string
export declare function isMusl(program: string): boolean
