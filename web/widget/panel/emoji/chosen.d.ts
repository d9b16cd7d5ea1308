// What `build/emoji.js` makes of chosen.txt: groups of pictures, each with the words that it is found by; its name comes first.
declare module '*/chosen.txt' {
  const groups: [picture: string, name: string, words: string][][];
  export default groups;
}
