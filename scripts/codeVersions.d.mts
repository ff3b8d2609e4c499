export declare function codeVersions(
  inputs: Readonly<Record<string, { readonly imports: ReadonlyArray<{ readonly path: string }> }>>,
  codeOf: (path: string) => Promise<string>
): Promise<Readonly<Record<string, string>>>
