export const TYPES: URL;
export function types(): Promise<string>;
