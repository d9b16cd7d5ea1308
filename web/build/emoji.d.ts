// For the test of the list.
export function emojiOf(list: string): [picture: string, name: string, words: string][][];
