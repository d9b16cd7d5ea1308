declare module '*.svg' {
  const inside: string;
  export default inside;
}
